package gguf

import "fmt"

// Size is a number of bytes for people, in powers of ten: "13.60 GB", "12.7 MB".
func Size(bytes int64) string {
	if bytes < 1e9 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(bytes)/1e9)
}
