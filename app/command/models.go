package command

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"beyonder/app"
	"beyonder/engine"
)

// modelsCmd lists what the window's library page lists.
type modelsCmd struct {
	Dirs    []string `arg:"" optional:"" name:"dir" help:"Folders to look into, besides Beyonder's, those chosen in the window and those of other applications."`
	Context int      `short:"c" placeholder:"TOKENS" help:"Window to reckon the memory with (default: as chosen for each model, or its own up to 8192)."`
	JSON    bool     `name:"json" help:"Write JSON."`
}

// listedModel is a model as it is written.
type listedModel struct {
	Path         string      `json:"path"`
	Title        string      `json:"title"`
	Place        string      `json:"place"`
	Bytes        int64       `json:"bytes"`
	Architecture string      `json:"architecture,omitempty"`
	Quantization string      `json:"quantization,omitempty"`
	Parameters   uint64      `json:"parameters,omitempty"`
	Trained      int         `json:"trained_context,omitempty"`
	License      string      `json:"license,omitempty"`
	Fit          engine.Fit  `json:"fit,omitempty"`
	Need         engine.Need `json:"need,omitzero"`
	Problem      string      `json:"problem,omitempty"` // why it cannot be run
}

func (c *modelsCmd) Run(e *env) error {
	dir, err := app.DataDir(e.cli.Data)
	if err != nil {
		return err
	}
	shelf, err := app.OpenShelf(dir)
	if err != nil {
		e.tell(err)
	}
	found, err := c.look(e, shelf)
	if err != nil {
		return err
	}
	memory := shelf.Memory()
	list := make([]listedModel, 0, len(found))
	for _, i := range found {
		list = append(list, c.listed(i, shelf.LoadChoice(i.Path), memory))
	}
	slices.SortFunc(list, func(a, b listedModel) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Path, b.Path))
	})
	if c.JSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	return printModels(e.out, list, memory)
}

func (c *modelsCmd) look(e *env, shelf *app.Shelf) (map[string]app.LibraryItem, error) {
	var more []app.LibraryPlace
	for _, dir := range c.Dirs {
		path, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		more = append(more, app.LibraryPlace{Name: path, Path: path})
	}
	found := map[string]app.LibraryItem{}
	for step, err := range shelf.Look(e.ctx, more...) {
		switch {
		case err != nil:
			return nil, err
		case step.Item != nil:
			found[step.Item.Path] = *step.Item
		case step.Notice != "":
			e.tell(step.Notice)
		}
	}
	return found, nil
}

func (c *modelsCmd) listed(i app.LibraryItem, choice app.LoadChoice, memory engine.Memory) listedModel {
	o := i.Outline
	m := listedModel{
		Path: i.Path, Title: i.Title, Place: i.Place, Bytes: i.Bytes, Architecture: o.Architecture, Quantization: o.Quantization,
		Parameters: o.Parameters, Trained: o.Config.Context, License: o.License, Problem: cmp.Or(i.Damage, o.Problem),
	}
	if m.Problem != "" {
		return m
	}
	need, err := o.Need(choice.Options(c.Context), memory)
	if err != nil {
		m.Problem = err.Error()
		return m
	}
	m.Need, m.Fit = need, need.Fit
	return m
}

func printModels(w io.Writer, list []listedModel, memory engine.Memory) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "No models were found. beyonder download fetches one; beyonder models DIR looks into a folder.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MODEL\tSIZE\tTYPE\tNEEDS\tFIT\tWHERE\tPATH")
	for _, m := range list {
		needs := "–"
		if m.Need.Bytes > 0 {
			needs = size(m.Need.Bytes)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", visible(m.Title), size(m.Bytes), visible(cmp.Or(m.Quantization, "–")), needs, fitText(m), visible(m.Place), visible(m.Path))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, m := range list {
		if m.Problem != "" {
			fmt.Fprintf(w, "\n%s: %s\n", visible(m.Title), visible(m.Problem))
		}
	}
	if memory.Free > 0 {
		fmt.Fprintf(w, "\n%s of memory are free, of %s.\n", size(memory.Free), size(memory.Total))
	}
	return nil
}

func fitText(m listedModel) string {
	switch {
	case m.Problem != "":
		return "cannot be run"
	case m.Fit == engine.FitWhole:
		return "fits"
	case m.Fit == engine.FitSlow:
		return "may be slow"
	case m.Fit == engine.FitNot:
		return "won't fit"
	}
	return "unknown"
}
