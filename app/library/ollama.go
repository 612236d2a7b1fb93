package library

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Ollama keeps a model as manifests/HOST/NAMESPACE/NAME/TAG, JSON in the manner
// of container images, whose layers are files in blobs, called by their digest.
// The layer of the type below is a GGUF file.

const (
	modelLayer  = "application/vnd.ollama.image.model"
	maxManifest = 1 << 20 // bytes; they have about one thousand
)

type manifest struct {
	Layers []struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
	} `json:"layers"`
}

// digestOf is the form of a blob's digest. Nothing else becomes part of a path.
var digestOf = regexp.MustCompile(`^sha256[:-]([0-9a-f]{64})$`)

// parseManifest returns the names of the blobs that are models, none if the
// manifest is of something else.
func parseManifest(text []byte) ([]string, error) {
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("its manifest is no JSON (%w)", err)
	}
	var blobs []string
	for _, l := range m.Layers {
		if l.MediaType != modelLayer {
			continue
		}
		d := digestOf.FindStringSubmatch(l.Digest)
		if d == nil {
			return nil, fmt.Errorf("its manifest names the blob %.80q, which is no SHA-256 digest", l.Digest)
		}
		blobs = append(blobs, "sha256-"+d[1])
	}
	return blobs, nil
}

// ollama goes through the manifests.
func ollama(ctx context.Context, p Place, add func(Item) error) error {
	root := filepath.Join(p.Path, "manifests")
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == root:
			return err
		case err != nil || d.IsDir() || !d.Type().IsRegular():
			return nil
		}
		rest, _ := filepath.Rel(root, path)
		i := Item{Title: ollamaTitle(rest), Place: p.Name, Path: path}
		blobs, err := readManifest(path)
		if err == nil && len(blobs) == 0 {
			return nil
		}
		if err == nil {
			i.Path = filepath.Join(p.Path, "blobs", blobs[0])
			err = i.blob()
		}
		if err != nil {
			i.Damage = fmt.Sprintf("%s of Ollama cannot be used: %v; run ollama pull %s", i.Title, err, i.Title)
		}
		return add(i)
	})
}

func (i *Item) blob() error {
	info, err := os.Stat(i.Path)
	if err != nil {
		return fmt.Errorf("the file with its weights is not there")
	}
	i.addFile(i.Path, info)
	return nil
}

func readManifest(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxManifest {
		return nil, fmt.Errorf("its manifest has more than %d bytes", maxManifest)
	}
	return parseManifest(text)
}

// ollamaTitle is what Ollama calls the model of a manifest:
// registry.ollama.ai/library/mixtral/8x7b is mixtral:8x7b.
func ollamaTitle(rest string) string {
	parts := strings.Split(filepath.ToSlash(rest), "/")
	if len(parts) < 2 {
		return rest
	}
	tag := parts[len(parts)-1]
	parts = parts[:len(parts)-1]
	if parts[0] == "registry.ollama.ai" {
		parts = parts[1:]
		if len(parts) > 1 && parts[0] == "library" {
			parts = parts[1:]
		}
	}
	return strings.Join(parts, "/") + ":" + tag
}
