package download

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// wholeFolder stands for a file's name in the address of a repository whose weights
// are safetensors: all that such a model needs is fetched.
const wholeFolder = "*.safetensors"

const (
	weightsEnd = ".safetensors"
	indexName  = "model.safetensors.index.json"
	configName = "config.json"
)

// besideWeights are the files that a model folder may have beside its weights, that
// which says whether the model can be run at all first.
var besideWeights = []string{configName, "generation_config.json", "quantize_config.json", "tokenizer_config.json", "special_tokens_map.json",
	"added_tokens.json", "chat_template.jinja", "chat_template.json", "vocab.json", "merges.txt", "tokenizer.model", "tokenizer.json"}

var weightsName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,180}\.safetensors$`)

// entry is a file of a repository, as the API lists it.
type entry struct {
	Type string `json:"type"`
	Path string `json:"path"`
	Size int64  `json:"size"`
}

// listing asks Hugging Face for the files of a repository.
func (r Request) listing(ctx context.Context, repo string) ([]entry, error) {
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
	return parseListing(repo, text)
}

// parseListing reads the API's list; what is no file's name is left out.
func parseListing(repo string, text []byte) ([]entry, error) {
	var all []entry
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("what huggingface.co says of %s makes no sense: %w", repo, err)
	}
	return slices.DeleteFunc(all, func(e entry) bool {
		return e.Type != "file" || e.Size < 0 || path.Clean("/"+e.Path) != "/"+e.Path
	}), nil
}

// weightsOf are the files of weights at the top of a repository: those of the
// library that saves them, if there are others, too.
func weightsOf(all []entry) (found []entry) {
	for _, e := range all {
		if weightsName.MatchString(e.Path) {
			found = append(found, e)
		}
	}
	saved := slices.DeleteFunc(slices.Clone(found), func(e entry) bool { return !strings.HasPrefix(e.Path, "model") })
	if len(saved) > 0 {
		return saved
	}
	return found
}

// folderFiles are the files of a repository that its model needs. Where there is an
// index, that comes last, and the weights are those that it names.
func (r Request) folderFiles(ctx context.Context, repo string) (files []File, err error) {
	all, err := r.listing(ctx, repo)
	if err != nil {
		return nil, err
	}
	has := func(name string) bool {
		return slices.ContainsFunc(all, func(e entry) bool { return e.Path == name })
	}
	weights := weightsOf(all)
	if !has(configName) || len(weights) == 0 {
		return nil, fmt.Errorf("%s has no model in the form of safetensors: it lacks %s or files that end in %s", repo, configName, weightsEnd)
	}
	for _, name := range besideWeights {
		if has(name) {
			files = append(files, hubAt(repo, name))
		}
	}
	if has(indexName) {
		return append(files, hubAt(repo, indexName)), nil
	}
	for _, e := range weights {
		files = append(files, hubAt(repo, e.Path))
	}
	return files, nil
}

func hubAt(repo, name string) File {
	u := url.URL{Scheme: "https", Host: "huggingface.co", Path: "/" + path.Join(repo, "resolve", "main", name)}
	return File{URL: u.String(), Name: name}
}

// indexed are the files of weights that an index names.
func indexed(repo, index string) (files []File, err error) {
	text, err := os.ReadFile(index)
	if err != nil {
		return nil, err
	}
	var list struct {
		Map map[string]string `json:"weight_map"`
	}
	err = json.Unmarshal(text, &list)
	names := map[string]bool{}
	for _, name := range list.Map {
		names[name] = true
		if !weightsName.MatchString(name) {
			err = errors.Join(err, fmt.Errorf("%.80q is no file of weights", name))
		}
	}
	if err == nil && (len(names) == 0 || len(names) > maxParts) {
		err = fmt.Errorf("it names %d files", len(names))
	}
	if err != nil {
		os.Remove(index) // so that the next time does not stop at it
		return nil, fmt.Errorf("%s of %s does not say where the weights are: %w", filepath.Base(index), repo, err)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		files = append(files, hubAt(repo, name))
	}
	return files, nil
}
