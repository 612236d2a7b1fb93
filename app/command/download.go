package command

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"beyonder/app"
)

// downloadCmd fetches a model.
type downloadCmd struct {
	Address string `arg:"" help:"OWNER/NAME/FILE.gguf of Hugging Face, OWNER/NAME/*.safetensors for all of a model of safetensors, the address of a page or file there, or any of http and https. OWNER/NAME lists the files."`
	SHA256  string `name:"sha256" placeholder:"HEX" help:"The SHA-256 sum that the file must have (default: what Hugging Face says)."`
	To      string `placeholder:"DIR" help:"Folder to write to (default: Beyonder's models folder)."`
}

// Help is shown under the command's own line.
func (*downloadCmd) Help() string {
	return "What was fetched is kept when the command is stopped; the same address goes on with it. A token for models that Hugging Face does not give to everybody is taken from HF_TOKEN, proxies from HTTPS_PROXY."
}

func (c *downloadCmd) Run(e *env) error {
	to := c.To
	if to == "" {
		dir, err := app.DataDir(e.cli.Data)
		if err != nil {
			return err
		}
		to = filepath.Join(dir, "models")
	}
	var network app.Network
	d := app.Download{Address: c.Address, SHA256: c.SHA256, Dir: to}
	files, err := d.Files(e.ctx, &network)
	if err != nil {
		return err
	}
	if files != nil {
		fmt.Fprintln(e.err, "beyonder: that is a repository; download one of its files by the first column:")
		for _, f := range files {
			fmt.Fprintf(e.out, "%s\t%s\n", f.Address, size(f.Bytes))
		}
		return nil
	}
	var last app.DownloadStep
	p := progress{e: e}
	for s, err := range d.Fetch(e.ctx, &network) {
		if err != nil {
			return err
		}
		p.show(s)
		last = s
	}
	sum := "its SHA-256 sum is " + last.SHA256
	if last.Proved {
		sum = "SHA-256 compared"
	}
	if last.Count > 1 {
		sum = fmt.Sprintf("%d files", last.Count)
	}
	_, err = fmt.Fprintf(e.out, "%s\t%s\n", last.Path, sum)
	return err
}

// progress writes a line now and then.
type progress struct {
	e     *env
	shown time.Time
	stage string
}

func (p *progress) show(s app.DownloadStep) {
	if s.Notice != "" {
		p.e.tell(s.Notice)
	}
	if stage := string(s.Stage) + s.File; stage == p.stage && time.Since(p.shown) < time.Second {
		return
	} else {
		p.stage, p.shown = stage, time.Now()
	}
	var b strings.Builder
	if s.Total > 0 {
		fmt.Fprintf(&b, "%3d %%  ", 100*s.Done/s.Total)
	}
	fmt.Fprintf(&b, "%s %s", s.Stage, visible(s.File))
	if s.Count > 1 {
		fmt.Fprintf(&b, " (%d of %d)", s.Number, s.Count)
	}
	if s.Total > 0 {
		fmt.Fprintf(&b, "  %s of %s", size(s.Done), size(s.Total))
	}
	if s.Rate > 0 {
		fmt.Fprintf(&b, "  %.1f MB/s", s.Rate/1e6)
	}
	if s.Left > 0 {
		fmt.Fprintf(&b, "  %s left", s.Left.Round(time.Second))
	}
	fmt.Fprintln(p.e.err, b.String())
}
