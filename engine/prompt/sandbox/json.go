package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// jsonStyle is how Python's json.dumps lays text out.
type jsonStyle struct {
	ascii    bool
	indented bool
	indent   string // of one level
	item     string // between items
	key      string // between a key and its value
	sorted   bool
}

// toJSON is the tojson filter as transformers defines it: json.dumps with
// ensure_ascii off, and no escaping of HTML.
func toJSON(m *machine, v any, a arguments) any {
	p := a.bind("tojson", "ensure_ascii indent separators sort_keys")
	style := jsonStyle{ascii: p.bool(0, false), item: ", ", key: ": ", sorted: p.bool(3, false)}
	switch indent := p.or(1, nil).(type) {
	case nil:
	case string:
		style.indented, style.indent, style.item = true, indent, ","
	default:
		style.indented, style.item = true, ","
		style.indent = m.repeat(" ", toInt(indent, "tojson"))
	}
	if separators := p.or(2, nil); separators != nil {
		pair := m.items(separators)
		if len(pair) != 2 {
			fail("the separators of tojson must be two strings")
		}
		style.item, style.key = m.str(pair[0]), m.str(pair[1])
	}
	t := m.text()
	t.json(v, style, 0)
	return t.String()
}

func (t *text) json(v any, style jsonStyle, depth int) {
	t.m.step(1)
	tooDeep(depth)
	switch v := v.(type) {
	case nil:
		t.write("null")
	case bool:
		t.write(strings.ToLower(pythonBool(v)))
	case float64:
		t.write(strings.NewReplacer("nan", "NaN", "inf", "Infinity").Replace(pythonFloat(v)))
	case int:
		t.str(v)
	case string:
		t.jsonString(v, style.ascii)
	case *list:
		t.jsonItems("[", "]", len(v.items), style, depth, func(i int) {
			t.json(v.items[i], style, depth+1)
		})
	case *dict:
		t.jsonDict(v, style, depth)
	default:
		fail("%s cannot be written as JSON", typeName(v))
	}
}

func (t *text) jsonDict(d *dict, style jsonStyle, depth int) {
	keys := d.keys
	if style.sorted {
		keys = slices.Clone(keys)
		slices.SortStableFunc(keys, func(a, b any) int { return t.m.order(a, b, 0) })
	}
	t.jsonItems("{", "}", len(keys), style, depth, func(i int) {
		t.jsonKey(keys[i], style)
		t.write(style.key)
		t.json(d.get(keys[i]), style, depth+1)
	})
}

// jsonKey writes a key, which json.dumps makes a string.
func (t *text) jsonKey(key any, style jsonStyle) {
	if s, ok := key.(string); ok {
		t.jsonString(s, style.ascii)
		return
	}
	t.write(`"`)
	t.json(key, style, 0)
	t.write(`"`)
}

// jsonItems writes n items between brackets.
func (t *text) jsonItems(begin, end string, n int, style jsonStyle, depth int, item func(i int)) {
	t.write(begin)
	for i := range n {
		if i > 0 {
			t.write(style.item)
		}
		t.jsonLine(style, depth+1)
		item(i)
	}
	if n > 0 {
		t.jsonLine(style, depth)
	}
	t.write(end)
}

func (t *text) jsonLine(style jsonStyle, depth int) {
	if !style.indented {
		return
	}
	t.write("\n")
	for range depth {
		t.write(style.indent)
	}
}

func (t *text) jsonString(s string, ascii bool) {
	t.m.grow(2 + len(s)) // escapes are spent below, as they come
	t.b.WriteByte('"')
	for _, r := range s {
		if i := strings.IndexRune("\"\\\n\r\t\b\f", r); i >= 0 {
			t.write(`\` + `"\nrtbf`[i:i+1])
			continue
		}
		switch {
		case r < 0x20 || ascii && r > 0x7e && r < 0x10000:
			t.write(fmt.Sprintf(`\u%04x`, r))
		case ascii && r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			t.write(fmt.Sprintf(`\u%04x\u%04x`, high, low))
		default:
			t.b.WriteRune(r)
		}
	}
	t.b.WriteByte('"')
}
