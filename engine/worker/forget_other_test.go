//go:build unix && !linux

package worker

import "testing"

// forgetCached has no like here.
func forgetCached(t *testing.T, path string) { t.Log("the cache is not emptied") }
