package download

import (
	"cmp"
	"context"
	"fmt"
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

// Files asks Hugging Face which models a repository has: GGUF files, smallest first,
// and its safetensors, all of which are one.
func Files(ctx context.Context, r Request, repo string) ([]HubFile, error) {
	r.defaults()
	all, err := r.listing(ctx, repo)
	if err != nil {
		return nil, err
	}
	found := models(repo, all)
	if len(found) == 0 {
		err = fmt.Errorf("%s has no .gguf files and no safetensors: look for the model's GGUF version, its page links to it", repo)
	}
	return found, err
}

// models are the models among the files of a repository.
func models(repo string, all []entry) (found []HubFile) {
	at := map[string]int{}
	for _, e := range all {
		if !strings.EqualFold(path.Ext(e.Path), ".gguf") {
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
	if weights := weightsOf(all); len(weights) > 0 && slices.ContainsFunc(all, func(e entry) bool { return e.Path == configName }) {
		folder := HubFile{Address: repo + "/" + wholeFolder, Name: wholeFolder, Parts: len(weights)}
		for _, e := range weights {
			folder.Bytes += e.Size
		}
		found = append(found, folder)
	}
	return found
}
