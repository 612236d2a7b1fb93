package download

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Address is what a user gave, understood: the files to fetch, all parts of a
// split model.
type Address struct {
	Files  []File
	Folder string // below the models folder, "": in it: OWNER/NAME of Hugging Face
	Hub    string // OWNER/NAME, where Files is empty: a repository, of which a file is to be chosen
	Whole  string // likewise: one whose model of safetensors is wanted; its files are known when it is asked
}

// File is one file to fetch.
type File struct {
	URL  string
	Name string // that it gets; "": what the server calls it, or the end of the address
}

const hub = "https://huggingface.co/"

var (
	hubPart  = `[A-Za-z0-9][A-Za-z0-9._-]*`
	hubShort = regexp.MustCompile(`^(?:hf:|huggingface:)?(` + hubPart + `/` + hubPart + `)(?:/(.+))?$`)
	partName = regexp.MustCompile(`(?i)^(.+)-(\d{5})-of-(\d{5})(\.gguf)$`)
)

// Parse understands an address: any of http or https, a page or a file of
// Hugging Face, or OWNER/NAME/FILE there.
func Parse(text string) (Address, error) {
	text = strings.TrimSpace(text)
	for _, host := range []string{"huggingface.co/", "www.huggingface.co/", "hf.co/"} {
		if strings.HasPrefix(text, host) {
			text = "https://" + text
		}
	}
	if strings.Contains(text, "://") {
		return parseURL(text)
	}
	m := hubShort.FindStringSubmatch(text)
	if m == nil {
		return Address{}, fmt.Errorf("%.200q is no address: give one that begins with https://, or OWNER/NAME/FILE.gguf of Hugging Face", text)
	}
	return hubFile(m[1], "main", m[2])
}

func parseURL(text string) (Address, error) {
	u, err := url.Parse(text)
	var wrong *url.Error
	switch {
	case errors.As(err, &wrong):
		return Address{}, fmt.Errorf("%.200q is no address: %w", text, wrong.Err)
	case u.Scheme != "http" && u.Scheme != "https":
		return Address{}, fmt.Errorf("%.200q cannot be downloaded: only addresses of http and https can", text)
	case u.Host == "":
		return Address{}, fmt.Errorf("%.200q names no host", text)
	case u.User != nil:
		return Address{}, fmt.Errorf("the address has a password in it, which would be kept: give it without")
	}
	u.Fragment = ""
	switch strings.TrimPrefix(u.Hostname(), "www.") {
	case "huggingface.co", "hf.co":
		return parseHub(u)
	}
	return split(Address{}, cleanName(path.Base(u.Path)), func(name string) string {
		other := *u
		other.Path, other.RawPath = path.Join(path.Dir(u.Path), name), ""
		return other.String()
	}, u.String()), nil
}

// parseHub understands the addresses that one sees in a browser:
// OWNER/NAME, OWNER/NAME/blob/REVISION/FILE, OWNER/NAME/resolve/REVISION/FILE.
func parseHub(u *url.URL) (Address, error) {
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || parts[0] == "datasets" || parts[0] == "spaces" {
		return Address{}, fmt.Errorf("%.200q is no model of Hugging Face: open the model's page and copy its address", u.String())
	}
	repo := parts[0] + "/" + parts[1]
	if !hubShort.MatchString(repo) {
		return Address{}, fmt.Errorf("%.200q is no model of Hugging Face", repo)
	}
	switch {
	case len(parts) >= 5 && (parts[2] == "blob" || parts[2] == "resolve" || parts[2] == "raw"):
		return hubFile(repo, parts[3], strings.Join(parts[4:], "/"))
	case len(parts) == 2 || parts[2] == "tree":
		return Address{Hub: repo}, nil
	}
	return Address{}, fmt.Errorf("%.200q is a page, not a file: open Files on the model's page and copy a .gguf file's address", u.String())
}

func hubFile(repo, revision, file string) (Address, error) {
	if file == "" {
		return Address{Hub: repo}, nil
	}
	if file == wholeFolder {
		return Address{Folder: repo, Whole: repo}, nil
	}
	if !strings.EqualFold(path.Ext(file), ".gguf") {
		return Address{}, fmt.Errorf("%.200q is not a .gguf file: Beyonder downloads models in that form, or OWNER/NAME/%s, which is all of a model of safetensors", file, wholeFolder)
	}
	if path.Clean("/"+file) != "/"+file {
		return Address{}, fmt.Errorf("%.200q is no file's name", file)
	}
	at := func(name string) string {
		u := url.URL{Scheme: "https", Host: "huggingface.co", Path: "/" + path.Join(repo, "resolve", revision, path.Dir(file), name)}
		return u.String()
	}
	name := path.Base(file)
	return split(Address{Folder: repo}, cleanName(name), at, at(name)), nil
}

// maxParts is more than any model has.
const maxParts = 1000

// split fills in all parts of a split model, or the one file.
func split(a Address, name string, at func(name string) string, whole string) Address {
	m := partName.FindStringSubmatch(name)
	if m == nil {
		a.Files = []File{{URL: whole, Name: name}}
		return a
	}
	count, _ := strconv.Atoi(m[3])
	if number, _ := strconv.Atoi(m[2]); count < 1 || count > maxParts || number < 1 || number > count {
		a.Files = []File{{URL: whole, Name: name}}
		return a
	}
	for i := range count {
		part := fmt.Sprintf("%s-%05d-of-%s%s", m[1], i+1, m[3], m[4])
		a.Files = append(a.Files, File{URL: at(part), Name: part})
	}
	return a
}

// cleanName is a file name as it can be on any system, "" if it is none, or not
// that of a model.
func cleanName(name string) string {
	if unescaped, err := url.PathUnescape(name); err == nil {
		name = unescaped
	}
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, name)
	if len(name) > 200 || strings.HasPrefix(name, ".") || !strings.EqualFold(path.Ext(name), ".gguf") {
		return ""
	}
	return name
}
