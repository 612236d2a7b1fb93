package engine

import "context"

// Residual reads ids from an empty context and returns the residual stream of
// the last of them as it enters each layer, before any norm: one row per layer,
// as wide as the model's embeddings. It is what the routers of a mixture are
// made from.
func (l *Local) Residual(ctx context.Context, ids []int32) ([][]float32, error) {
	l.busy.Lock()
	defer l.busy.Unlock()
	m := l.current()
	if m == nil {
		return nil, ErrNoModel
	}
	if err := m.checkIDs(ids); err != nil {
		return nil, err
	}
	m.unmix()
	m.session.cut(0)
	for len(ids) > m.batch {
		if err := m.session.step(ctx, ids[:m.batch], nil); err != nil {
			return nil, err
		}
		ids = ids[m.batch:]
	}
	return m.model.Residual(ctx, ids, len(m.session.ids))
}
