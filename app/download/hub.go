package download

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// HubFile is a model file of a repository, the parts of a split one together.
type HubFile struct {
	Address string // OWNER/NAME/FILE
	Name    string
	Bytes   int64
	Parts   int
}

const maxListing = 16 << 20 // bytes

// Files asks Hugging Face which GGUF files a repository has, smallest first.
func Files(ctx context.Context, r Request, repo string) ([]HubFile, error) {
	r.defaults()
	u := url.URL{Scheme: "https", Host: "huggingface.co", Path: "/api/models/" + repo + "/tree/main", RawQuery: "recursive=true"}
	f := &fetch{r: r, file: File{URL: u.String(), Name: repo}}
	ctx, cancel := context.WithTimeout(ctx, r.Patience)
	defer cancel()
	a, err := f.ask(ctx)
	if err != nil {
		return nil, err
	}
	defer a.close()
	if a.StatusCode != http.StatusOK {
		return nil, f.refused(a)
	}
	text, err := io.ReadAll(io.LimitReader(a.Body, maxListing))
	if err != nil {
		return nil, f.odd(err)
	}
	found, err := parseListing(repo, text)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("%s has no .gguf files: look for the model's GGUF version, its page links to it", repo)
	}
	return found, err
}

// parseListing reads the API's list of a repository's files.
func parseListing(repo string, text []byte) ([]HubFile, error) {
	var entries []struct {
		Type string `json:"type"`
		Path string `json:"path"`
		Size int64  `json:"size"`
	}
	if err := json.Unmarshal(text, &entries); err != nil {
		return nil, fmt.Errorf("what huggingface.co says of %s makes no sense: %w", repo, err)
	}
	at := map[string]int{}
	var found []HubFile
	for _, e := range entries {
		if e.Type != "file" || !strings.EqualFold(path.Ext(e.Path), ".gguf") || e.Size < 0 || path.Clean("/"+e.Path) != "/"+e.Path {
			continue
		}
		key, name := e.Path, path.Base(e.Path)
		if m := partName.FindStringSubmatch(name); m != nil {
			key = path.Dir(e.Path) + "/" + m[1] + "/" + m[3]
			name = m[1] + m[4]
		}
		i, known := at[key]
		if !known {
			i, at[key] = len(found), len(found)
			found = append(found, HubFile{Address: repo + "/" + e.Path, Name: name})
		}
		found[i].Bytes += e.Size
		found[i].Parts++
	}
	slices.SortStableFunc(found, func(a, b HubFile) int { return cmp.Compare(a.Bytes, b.Bytes) })
	return found, nil
}
