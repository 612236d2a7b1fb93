package engine

import "beyonder/engine/token"

// Count is how many tokens the loaded model reads a text as, without what a
// template puts around it. It may be called while the engine is at work.
func (l *Local) Count(text string) (int, error) {
	m := l.current()
	if m == nil {
		return 0, ErrNoModel
	}
	return len(m.tok.Encode(text, token.Options{Continued: true})), nil
}
