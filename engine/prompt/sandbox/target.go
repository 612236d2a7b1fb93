package sandbox

import "github.com/nikolalohinski/gonja/v2/exec"

// target is what can be assigned to: a name, an attribute of a namespace, or
// several targets.
type target interface {
	assign(m *machine, r *exec.Renderer, v any)
}

type (
	nameTarget      string
	attributeTarget struct{ of, name string }
	tupleTarget     []target
)

// target parses one or several targets, with or without brackets.
func (p *expressions) target() target {
	first := p.oneTarget()
	if !p.at(operatorToken, ",") {
		return first
	}
	several := tupleTarget{first}
	for p.sign(",") && (p.at(nameToken) && !p.at(nameToken, "in") || p.at(operatorToken, "(")) {
		several = append(several, p.oneTarget())
	}
	return several
}

func (p *expressions) oneTarget() target {
	if p.sign("(") {
		defer p.deeper()()
		inner := p.target()
		p.expect(")")
		return inner
	}
	name := p.expectName()
	if p.sign(".") {
		return attributeTarget{name, p.expectName()}
	}
	return nameTarget(name)
}

func (t nameTarget) assign(_ *machine, r *exec.Renderer, v any) { set(r, string(t), v) }

func (t attributeTarget) assign(_ *machine, r *exec.Renderer, v any) {
	of, _ := r.Environment.Context.Get(t.of)
	switch of := of.(type) {
	case *namespace:
		of.set(t.name, v)
	case *dict: // not in Jinja2, but some templates amend a message so
		of.set(t.name, v)
	default:
		fail("%s.%s cannot be set: %s is not a namespace", t.of, t.name, t.of)
	}
}

func (t tupleTarget) assign(m *machine, r *exec.Renderer, v any) {
	items := m.items(v)
	if len(items) != len(t) {
		fail("%d values cannot be unpacked into %d names", len(items), len(t))
	}
	for i, to := range t {
		to.assign(m, r, items[i])
	}
}
