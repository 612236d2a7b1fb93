package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// template is a chat template; the one called "default" is used unless another
// is asked for.
type template struct {
	Name string `json:"name"`
	Text string `json:"template"`
}

// readTemplates reads chat_template.jinja, which newer folders have, or else
// what tokenizer_config.json or chat_template.json says.
func readTemplates(files *files, settings *object) ([]template, error) {
	text, err := files.read("chat_template.jinja", maxTemplate)
	if err != nil {
		return nil, err
	}
	if text != nil {
		if !utf8.Valid(text) {
			return nil, errors.New("chat_template.jinja is not UTF-8")
		}
		return []template{{"default", string(text)}}, nil
	}
	if settings.has("chat_template") {
		return settings.templates("chat_template")
	}
	own, err := files.object("chat_template.json")
	if err != nil {
		return nil, err
	}
	return own.templates("chat_template")
}

// templates reads a template or a list of named ones.
func (o *object) templates(key string) ([]template, error) {
	raw := o.raw(key)
	if raw == nil {
		return nil, nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []template{{"default", one}}, nil
	}
	var list []template
	if err := json.Unmarshal(raw, &list); err != nil {
		o.fail(key, "is neither a string nor a list of templates with names")
		return nil, o.err()
	}
	seen := map[string]bool{}
	for i, t := range list {
		if t.Name == "" || seen[t.Name] {
			return nil, fmt.Errorf("%s: %s[%d] has no name of its own", o.file, key, i)
		}
		seen[t.Name] = true
	}
	return list, nil
}

// setTemplates writes templates as GGUF has them: the default under one key, the
// others under their names.
func setTemplates(m *metadata, list []template) {
	var names []string
	for _, t := range list {
		if t.Name == "default" {
			m.set("tokenizer.chat_template", t.Text)
			continue
		}
		names = append(names, t.Name)
		m.set("tokenizer.chat_template."+t.Name, t.Text)
	}
	if len(names) > 0 {
		m.set("tokenizer.chat_templates", names)
	}
}
