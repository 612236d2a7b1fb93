package app

import (
	"errors"
	"slices"

	"beyonder/engine"
)

// Routes is what a mixture's routers chose while a reply was written.
type Routes struct {
	Experts int      // of the model
	Layers  int      // of the model
	Names   []string // of the experts, as the file had them then; nil: it had none
	Tokens  []RoutedToken
}

// RoutedToken is one token of a reply, or text of which no choices are known: it
// came from elsewhere than a mixture, or the program was lost while it came.
type RoutedToken struct {
	Bytes   int     // of the reply's text
	Experts []uint8 // layers × experts at work, the strongest of each layer first; nil: not known
	Weights []uint8 // of each, 255 for all of it
}

// Used is how many experts were at work in each layer.
func (t RoutedToken) Used(layers int) int {
	if layers == 0 {
		return 0
	}
	return len(t.Experts) / layers
}

// Shares are the weights of the experts summed over all layers, from 0 to 1; all
// 0 if the token's choices are not known.
func (r *Routes) Shares(token int) []float64 {
	shares, t := make([]float64, r.Experts), r.Tokens[token]
	sum := 0.0
	for i, e := range t.Experts {
		shares[e] += float64(t.Weights[i])
		sum += float64(t.Weights[i])
	}
	for e := range shares {
		shares[e] /= max(sum, 1)
	}
	return shares
}

// Strongest is the expert that carried a token most (the lower one on a tie), -1
// if that is not known.
func (r *Routes) Strongest(token int) int {
	if len(r.Tokens[token].Experts) == 0 {
		return -1
	}
	sums, best := make([]int, r.Experts), 0
	for i, e := range r.Tokens[token].Experts {
		sums[e] += int(r.Tokens[token].Weights[i])
	}
	for e, sum := range sums {
		if sum > sums[best] {
			best = e
		}
	}
	return best
}

// Load is the part of the work that each expert did over the reply, from 0 to 1,
// and how many tokens it is known of.
func (r *Routes) Load() (load []float64, tokens int) {
	load = make([]float64, r.Experts)
	for i, t := range r.Tokens {
		if len(t.Experts) == 0 {
			continue
		}
		tokens++
		for e, s := range r.Shares(i) {
			load[e] += s
		}
	}
	for e := range load {
		load[e] /= float64(max(tokens, 1))
	}
	return load, tokens
}

// Heat is the part of each layer's work that each expert did over the reply:
// layers × experts, from 0 to 1.
func (r *Routes) Heat() [][]float64 {
	heat := make([][]float64, r.Layers)
	for l := range heat {
		heat[l] = make([]float64, r.Experts)
	}
	for _, t := range r.Tokens {
		used := t.Used(r.Layers)
		for i, e := range t.Experts {
			heat[i/used][e] += float64(t.Weights[i])
		}
	}
	for _, row := range heat {
		sum := 0.0
		for _, v := range row {
			sum += v
		}
		for e := range row {
			row[e] /= max(sum, 1)
		}
	}
	return heat
}

// Routes returns what the routers chose for a reply, so far if it is being
// written; one without tokens if nothing is known.
func (a *App) Routes(conversation, message ID) (Routes, error) {
	if w := a.writingOf(message); w != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		r := w.routes
		r.Tokens = slices.Clone(r.Tokens)
		return r, nil
	}
	return a.storedRoutes(conversation, message)
}

const routesName = "routes"

func (a *App) storedRoutes(conversation, message ID) (Routes, error) {
	record, err := a.store.Extra(conversation, message, routesName)
	if err != nil || record == nil {
		return Routes{}, err
	}
	return decodeRoutes(record)
}

// saveRoutes stores what was chosen for a reply, for as much of its text as is
// stored. The text is what counts: if there is no room for this, that is no trouble
// of the reply's.
func (a *App) saveRoutes(w *writing) {
	w.mu.Lock()
	r, changed := w.routes, w.routed
	if w.kept == nil {
		r.Tokens = r.upTo(len(w.begun.Text) + w.saved)
	}
	w.routed = w.kept == nil // the rest is still to come
	w.mu.Unlock()
	if !changed {
		return
	}
	err := a.store.SetExtra(w.begun.Conversation, w.begun.ID, routesName, encodeRoutes(&r))
	if err != nil && !errors.Is(err, ErrNotFound) {
		a.trace("routes-lost", map[string]any{"message": w.begun.ID, "error": err.Error()})
	}
}

// upTo are the tokens of the first n bytes.
func (r *Routes) upTo(n int) []RoutedToken {
	for i, t := range r.Tokens {
		if n -= t.Bytes; n < 0 {
			return r.Tokens[:i]
		}
	}
	return r.Tokens
}

// newRoutes are those of a reply that has no text yet.
func newRoutes(info engine.Info) Routes {
	return Routes{Experts: info.Experts, Names: info.ExpertNames}
}

// routesBefore are those of a reply that is to be gone on with. What is known of
// it is of no use if another mixture goes on.
func (a *App) routesBefore(conversation, message ID, info engine.Info) Routes {
	r, err := a.storedRoutes(conversation, message)
	if err != nil || r.Experts != info.Experts || len(r.Tokens) > 0 && r.Layers != info.Layers {
		return newRoutes(info)
	}
	return r
}

// route takes the choices of a piece, before its text.
func (w *writing) route(p engine.Piece) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.routed = w.routes.route(p, len(w.begun.Text)+w.text.Len()) || w.routed
}

// route keeps the choices that a piece brings. before is how long the reply was
// before it.
func (r *Routes) route(p engine.Piece, before int) (changed bool) {
	known := before
	for _, t := range p.Tokens {
		if len(t.Routes) == 0 || !r.fits(t.Routes) {
			if known += t.Bytes; changed {
				r.pad(known)
			}
			continue
		}
		if !changed {
			r.pad(known)
		}
		known += t.Bytes
		changed = true
		r.Layers = len(t.Routes)
		r.Tokens = append(r.Tokens, routedToken(t))
	}
	if changed {
		r.pad(before + len(p.Text))
	}
	return changed
}

// fits tells whether a token's choices can be kept beside those before it. Ids
// beyond a byte cannot.
func (r *Routes) fits(routes []engine.Route) bool {
	if r.Layers != 0 && r.Layers != len(routes) {
		return false
	}
	for _, l := range routes {
		if len(l.Experts) != len(routes[0].Experts) || len(l.Weights) != len(l.Experts) {
			return false
		}
		for _, e := range l.Experts {
			if e < 0 || int(e) >= min(r.Experts, 256) {
				return false
			}
		}
	}
	return true
}

// pad makes the tokens cover the reply's first n bytes.
func (r *Routes) pad(n int) {
	for _, t := range r.Tokens {
		n -= t.Bytes
	}
	if n > 0 {
		r.Tokens = append(r.Tokens, RoutedToken{Bytes: n})
	}
}

func routedToken(t engine.Token) RoutedToken {
	k := RoutedToken{Bytes: t.Bytes}
	for _, l := range t.Routes {
		for i, e := range l.Experts {
			k.Experts = append(k.Experts, uint8(e))
			k.Weights = append(k.Weights, uint8(min(max(l.Weights[i], 0), 1)*255+0.5))
		}
	}
	return k
}
