package app

import (
	"slices"

	"beyonder/store"
)

// noteUsed remembers that a model was used. A busy disk takes seconds to store it;
// until then it is known from memory, and nobody waits.
func (a *App) noteUsed(m store.Model) {
	a.mu.Lock()
	a.noting = append(without(a.noting, m.Path), m)
	a.mu.Unlock()
	a.aside(func() {
		a.notingMu.Lock() // so that what is forgotten meanwhile does not come back
		defer a.notingMu.Unlock()
		if !a.isNoting(m) { // it was forgotten, or used once more
			return
		}
		a.troubles.note("model", a.store.SetModel(m)) // on a full disk: that it was used is not worth more
		a.mu.Lock()
		defer a.mu.Unlock()
		a.noting = slices.DeleteFunc(a.noting, func(n store.Model) bool { return n == m })
	})
}

func (a *App) isNoting(m store.Model) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.noting, m)
}

// used are the models that were used, the last one first.
func (a *App) used() ([]store.Model, error) {
	a.mu.Lock()
	noting := slices.Clone(a.noting) // first: what is stored meanwhile is then in both
	a.mu.Unlock()
	stored, err := a.store.Models()
	for _, m := range noting {
		stored = append([]store.Model{m}, without(stored, m.Path)...)
	}
	return stored, err
}

// Forget takes a file out of those that were used; the file stays.
func (a *App) Forget(path string) error {
	key := a.keyOf(path)
	a.mu.Lock()
	a.noting = without(a.noting, key)
	a.mu.Unlock()
	a.notingMu.Lock()
	defer a.notingMu.Unlock()
	return a.store.ForgetModel(key)
}

// without is a list without a path, in an array of its own.
func without(list []store.Model, path string) []store.Model {
	return slices.DeleteFunc(slices.Clone(list), func(m store.Model) bool { return m.Path == path })
}
