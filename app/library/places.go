package library

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
)

// Machine is what decides where other applications keep their models.
type Machine struct {
	Home   string
	System string              // as runtime.GOOS
	Env    func(string) string // os.Getenv
	Open   func(string) []byte // a small file's content, nil: it is not there
}

// ThisMachine is the user's own.
func ThisMachine(system string) Machine {
	home, _ := os.UserHomeDir()
	return Machine{Home: home, System: system, Env: os.Getenv, Open: small}
}

// small reads the beginning of a file.
func small(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, 1<<20))
	return text
}

// Places are the folders of other applications, whether they are there or not.
// Where each looks itself is said in its own documentation.
func (m Machine) Places() []Place {
	if m.Home == "" {
		return nil
	}
	home, data, config, cache := m.bases()
	var all []Place
	add := func(name string, layout Layout, paths ...string) {
		for _, p := range paths {
			if p != "" && filepath.IsAbs(p) {
				all = append(all, Place{name, p, layout})
			}
		}
	}
	add("LM Studio", Folders, m.lmStudio(), filepath.Join(home, ".lmstudio", "models"), filepath.Join(home, ".cache", "lm-studio", "models"))
	add("Ollama", Ollama, m.Env("OLLAMA_MODELS"), filepath.Join(home, ".ollama", "models"))
	if m.System == "linux" {
		add("Ollama", Ollama, "/usr/share/ollama/.ollama/models", "/var/lib/ollama/models")
	}
	add("GPT4All", Folders, filepath.Join(data, "nomic.ai", "GPT4All"))
	for _, base := range []string{data, config} {
		add("Jan", Folders, filepath.Join(base, "Jan", "data", "models"), filepath.Join(base, "Jan", "data", "llamacpp", "models"))
	}
	add("Jan", Folders, filepath.Join(home, "jan", "models"))
	add("Hugging Face", Folders, m.hub(), filepath.Join(home, ".cache", "huggingface", "hub"))
	add("text-generation-webui", Folders, filepath.Join(home, "text-generation-webui", "user_data", "models"), filepath.Join(home, "text-generation-webui", "models"))
	add("llama.cpp", Folders, m.Env("LLAMA_CACHE"), filepath.Join(cache, "llama.cpp"))
	return all
}

// bases are the folders that the system's programs keep things in.
func (m Machine) bases() (home, data, config, cache string) {
	or := func(name, otherwise string) string {
		if v := m.Env(name); filepath.IsAbs(v) {
			return v
		}
		return otherwise
	}
	home = m.Home
	switch m.System {
	case "windows":
		local := or("LOCALAPPDATA", filepath.Join(home, "AppData", "Local"))
		return home, local, or("APPDATA", filepath.Join(home, "AppData", "Roaming")), local
	case "darwin":
		support := filepath.Join(home, "Library", "Application Support")
		return home, support, support, filepath.Join(home, "Library", "Caches")
	}
	return home, or("XDG_DATA_HOME", filepath.Join(home, ".local", "share")), or("XDG_CONFIG_HOME", filepath.Join(home, ".config")), or("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
}

// hub is where the Hugging Face libraries keep what they download, "" if it is
// where they do by default.
func (m Machine) hub() string {
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if v := m.Env(name); v != "" {
			return v
		}
	}
	if v := m.Env("HF_HOME"); v != "" {
		return filepath.Join(v, "hub")
	}
	if v := m.Env("XDG_CACHE_HOME"); v != "" {
		return filepath.Join(v, "huggingface", "hub")
	}
	return ""
}

// lmStudio is the folder that LM Studio's settings name, "" if they do not.
func (m Machine) lmStudio() string {
	return downloadsFolder(m.Open(filepath.Join(m.Home, ".lmstudio", "settings.json")))
}

func downloadsFolder(settings []byte) string {
	var s struct {
		DownloadsFolder string `json:"downloadsFolder"`
	}
	if json.Unmarshal(settings, &s) != nil {
		return ""
	}
	return s.DownloadsFolder
}
