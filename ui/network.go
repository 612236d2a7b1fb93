package ui

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// showNetwork opens a page with every connection that the program has opened.
func (w *Window) showNetwork() {
	w.showReport(lang.L("Network"),
		lang.L("Beyonder opens a connection only for something that you ask for, such as a download. All of them since it was started are here."),
		report{networkPart(w.app.Network().Connections())})
}

// networkPart lists connections.
func networkPart(list []app.Connection) reportPart {
	p := reportPart{title: lang.L("Connections")}
	if len(list) == 0 {
		p.add("", lang.L("No connection was opened."))
	}
	for _, c := range list {
		p.add(clockText(c.Opened), connectionText(c, time.Now()))
	}
	return p
}

// connectionText tells of one: "huggingface.co:443 (18.1.2.3:443), downloading
// tiny.gguf: 4.3 GB came, 2 kB went, closed after 3 min".
func connectionText(c app.Connection, now time.Time) string {
	address := c.Address
	if c.Remote != "" && c.Remote != c.Address {
		address += " (" + c.Remote + ")"
	}
	parts := []string{address, c.Why}
	switch {
	case c.Error != "":
		parts = append(parts, fmt.Sprintf(lang.L("it could not be opened: %s"), c.Error))
	case c.Ended.IsZero():
		parts = append(parts, fmt.Sprintf(lang.L("%s came, %s went, open for %s"), bytesText(c.Received), bytesText(c.Sent), durationText(now.Sub(c.Opened))))
	default:
		parts = append(parts, fmt.Sprintf(lang.L("%s came, %s went, closed after %s"), bytesText(c.Received), bytesText(c.Sent), durationText(c.Ended.Sub(c.Opened))))
	}
	return strings.Join(parts, " · ")
}
