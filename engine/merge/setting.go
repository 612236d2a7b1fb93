package merge

import (
	"iter"
	"maps"
	"math"
	"strconv"
	"strings"
)

// setting is the value of a parameter before it is known for which tensor.
type setting struct {
	at    node
	value any       // bool, float64 or string, if gradient and cases are nil
	list  []any     // a gradient over the layers of a slice
	cases []caseFor // the first that fits decides
}

// caseFor is a value for the tensors whose name contains filter.
type caseFor struct {
	filter string // "" or "*": all
	value  setting
}

// settings are the parameters that one level of a configuration states.
type settings map[string]setting

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// readSettings reads a mapping `parameters`; a missing one is empty.
func readSettings(n node) (settings, error) {
	if n.value == nil {
		return nil, nil
	}
	fields, err := n.fields(parameterNames...)
	if err != nil {
		return nil, err
	}
	out := settings{}
	for name, at := range fields {
		if at.value == nil {
			continue
		}
		if out[name], err = readSetting(at); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readSetting(n node) (setting, error) {
	switch v := n.value.(type) {
	case bool, float64, string:
		return setting{at: n, value: scalar(v)}, nil
	case map[string]node:
		c, err := readCase(n)
		return setting{at: n, cases: []caseFor{c}}, err
	case []node:
		return readList(n, v)
	}
	return setting{}, n.fail("a value is needed here")
}

// scalar makes a number of a text that is one: YAML takes 1e-3 for a text.
func scalar(v any) any {
	if s, ok := v.(string); ok {
		if x, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(x) && !math.IsInf(x, 0) {
			return x
		}
	}
	return v
}

// readList reads a gradient, or cases by filter.
func readList(n node, items []node) (setting, error) {
	s := setting{at: n}
	for _, item := range items {
		switch v := item.value.(type) {
		case bool, float64, string:
			s.list = append(s.list, scalar(v))
		case map[string]node:
			c, err := readCase(item)
			if err != nil {
				return s, err
			}
			s.cases = append(s.cases, c)
		default:
			return s, item.fail("a number, or filter and value, is needed here")
		}
	}
	if len(items) == 0 || len(s.list) > 0 && len(s.cases) > 0 {
		return s, n.fail("a list of values or a list of filters with values is needed here")
	}
	return s, nil
}

func readCase(n node) (caseFor, error) {
	fields, err := n.fields("filter", "value")
	if err != nil {
		return caseFor{}, err
	}
	filter, err := fields["filter"].text()
	if err != nil {
		return caseFor{}, err
	}
	if fields["value"].value == nil {
		return caseFor{}, n.fail("the value is missing")
	}
	value, err := readSetting(fields["value"])
	if err == nil && value.cases != nil {
		err = n.fail("filters within filters have no meaning")
	}
	return caseFor{filter: filter, value: value}, err
}

// evaluate is the value for a tensor (by mergekit's name for it) at depth t, 0
// for a slice's first layer and 1 for its last; nil if no filter fits.
//
// A gradient is interpolated linearly between its points, which are spread
// evenly over the slice; of values that are no numbers, the point reached last
// counts.
func (s setting) evaluate(tensor string, t float64) any {
	if s.list != nil {
		return along(s.list, t)
	}
	if s.cases == nil {
		return s.value
	}
	for _, c := range s.cases {
		if c.filter == "" || c.filter == "*" || strings.Contains(tensor, c.filter) {
			return c.value.evaluate(tensor, t)
		}
	}
	return nil
}

func along(points []any, t float64) any {
	at := t * float64(len(points)-1)
	i := int(at)
	next := min(len(points)-1, i+1)
	for _, p := range points {
		if _, ok := p.(float64); !ok {
			return points[i]
		}
	}
	share := at - math.Floor(at)
	return (1-share)*points[i].(float64) + share*points[next].(float64)
}

// scope is where a parameter is looked up: for one tensor, on all levels.
type scope struct {
	tensor string // mergekit's name
	t      float64
	levels []settings // the most particular first
}

// number is a parameter's number, the fallback if no level states it.
func (s scope) number(name string, fallback float64) (float64, error) {
	v, _, err := s.find(name, fallback)
	return v, err
}

func (s scope) find(name string, fallback float64) (float64, bool, error) {
	for _, level := range s.levels {
		at, ok := level[name]
		if !ok {
			continue
		}
		switch v := at.evaluate(s.tensor, s.t).(type) {
		case nil:
			continue
		case float64:
			return v, true, nil
		case bool:
			if v {
				return 1, true, nil
			}
			return 0, true, nil
		default:
			return 0, false, at.at.fail("%v is not a number", v)
		}
	}
	return fallback, false, nil
}

func (s scope) flag(name string, fallback bool) (bool, error) {
	otherwise := 0.0
	if fallback {
		otherwise = 1
	}
	v, err := s.number(name, otherwise)
	return v != 0, err
}
