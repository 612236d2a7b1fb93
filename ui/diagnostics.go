package ui

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine"
)

// showDiagnostics opens a page with what somebody who is to help needs to know.
func (w *Window) showDiagnostics() {
	go func() { // the data folder may be large
		d := w.app.Diagnose()
		w.post(func() {
			w.showReport(lang.L("Diagnostics"), lang.L("For a question or a report of a fault. No text and no title of a conversation is in it."), w.diagnosis(d))
		})
	}()
}

// diagnosis writes d out.
func (w *Window) diagnosis(d app.Diagnosis) report {
	r := report{programPart(d), w.windowPart(d), machinePart(d.Machine), modelPart(d.Model), dataPart(d), networkPart(d.Network)}
	return append(r, troublePart(d), logPart(d))
}

func programPart(d app.Diagnosis) reportPart {
	p := reportPart{title: lang.L("Program")}
	p.add(lang.L("Version"), d.Version)
	if d.Build != "(devel)" && d.Build != d.Version {
		p.add(lang.L("Build"), d.Build)
	}
	p.add(lang.L("Go"), d.Go)
	p.add(lang.L("Fyne"), d.Fyne)
	p.add(lang.L("System"), d.System)
	return p
}

func (w *Window) windowPart(d app.Diagnosis) reportPart {
	p := reportPart{title: lang.L("Window")}
	size := w.win.Canvas().Size()
	p.add(lang.L("Size"), fmt.Sprintf(lang.L("%.0f × %.0f at a scale of %.2f"), size.Width, size.Height, w.win.Canvas().Scale()))
	if d.Memory > 0 {
		p.add(lang.L("Memory"), bytesText(d.Memory))
	}
	return p
}

func machinePart(m engine.Machine) reportPart {
	p := reportPart{title: lang.L("Machine")}
	p.add(lang.L("Processor"), m.Processor)
	p.add(lang.L("Instructions"), fmt.Sprintf(lang.L("%s, %d threads"), m.Kernels, m.Threads))
	if m.TotalMemory > 0 {
		p.add(lang.L("Memory"), fmt.Sprintf(lang.L("%s, %s are free"), bytesText(m.TotalMemory), bytesText(m.FreeMemory)))
	}
	return p
}

func modelPart(i *engine.Info) reportPart {
	p := reportPart{title: lang.L("Model and engine")}
	if i == nil {
		p.add(lang.L("Model"), lang.L("None is loaded. The graphics card is looked for when one is."))
		return p
	}
	p.add(lang.L("Model"), strings.Join([]string{i.Name, i.Architecture, i.Quantization, bytesText(i.FileBytes)}, " · "))
	p.add(lang.L("File"), i.Path)
	if i.Experts > 0 {
		p.add(lang.L("Experts"), fmt.Sprintf(lang.L("%d, of which %d answer each token"), i.Experts, i.ExpertsUsed))
	}
	p.add(lang.L("Context"), fmt.Sprintf(lang.L("%s tokens, %s of memory"), count(i.Context), bytesText(i.CacheBytes)))
	p.add(lang.L("Device"), i.Device)
	if i.GPULayers > 0 {
		p.add(lang.L("Graphics card"), i.Driver)
	}
	p.add(lang.L("Why"), factText(i.DeviceReason))
	if i.Pages.Bytes > 0 {
		p.add(lang.L("Weights in memory"), pagesText(i.Pages))
	}
	p.add(lang.L("Loaded in"), durationText(seconds(i.LoadSeconds)))
	for _, text := range i.Warnings {
		p.add(lang.L("Warning"), asSentence(text))
	}
	return p
}

// pagesText says in what pages of memory weights lie, and why.
func pagesText(p engine.Pages) string {
	share := 100 * float64(p.Large) / float64(p.Bytes)
	text := []string{fmt.Sprintf(lang.L("mapped from the file, %.0f %% in large pages"), share)}
	if p.Copied > p.Bytes/2 {
		text[0] = fmt.Sprintf(lang.L("copied, %.0f %% in large pages"), share)
	}
	if p.Gain > 0 {
		text = append(text, fmt.Sprintf(lang.L("large pages are read %s times as fast"), decimal(p.Gain, 2)))
	}
	if p.Reason != "" {
		text = append(text, factText(p.Reason))
	}
	return strings.Join(text, " · ")
}

func dataPart(d app.Diagnosis) reportPart {
	p := reportPart{title: lang.L("Data")}
	p.add(lang.L("Folder"), fmt.Sprintf(lang.L("%s, %s"), d.Dir, bytesText(d.DirBytes)))
	p.add(lang.L("Conversations"), fmt.Sprintf(lang.L("%s, in a database of %s"), count(d.Conversations), bytesText(d.DatabaseBytes)))
	encrypted := lang.L("no")
	if d.Encrypted {
		encrypted = lang.L("yes")
	}
	p.add(lang.L("Encrypted"), encrypted)
	return p
}

func troublePart(d app.Diagnosis) reportPart {
	p := reportPart{title: lang.L("Last errors")}
	if len(d.Troubles) == 0 {
		p.add("", lang.L("Nothing has failed since the program started."))
	}
	for _, t := range d.Troubles {
		p.add(clockText(t.At), troubleName(t.What)+": "+asSentence(t.Text))
	}
	return p
}

func troubleName(what string) string {
	switch what {
	case "load":
		return lang.L("Loading a model")
	case "reply":
		return lang.L("A reply")
	case "store":
		return lang.L("Storing a reply")
	case "model":
		return lang.L("Storing that a model was used")
	case "copy":
		return lang.L("The daily copy")
	}
	return what
}

func logPart(d app.Diagnosis) reportPart {
	p := reportPart{title: lang.L("End of the engine's log")}
	if len(d.Log) == 0 {
		p.add("", lang.L("It is empty."))
	}
	for _, line := range d.Log {
		p.add("", line)
	}
	return p
}

// clockText writes the time of a day to the second.
func clockText(t time.Time) string { return t.Local().Format("15:04:05") }
