package app

import (
	"context"
	"fmt"
	"iter"
	"os"

	"beyonder/app/download"
	"beyonder/engine"
)

// Download is a model file that the user asked for.
type Download struct {
	Address string // a page or file of Hugging Face, OWNER/NAME/FILE there, or any of http and https
	SHA256  string // that it must have, "": what the server says, if it does
	Token   string // for what Hugging Face does not give to everybody; "": that of HF_TOKEN. It is not kept.
	Dir     string // where to, "": the models folder
}

// DownloadStep is how far one has come.
type DownloadStep = download.Step

// Unfinished is a download that was stopped, by whatever: the same address goes on
// with it.
type Unfinished = download.Part

// HubFile is a model file of a repository on Hugging Face.
type HubFile = download.HubFile

// Check says in a sentence what is wrong with the address; hub: it is that of a
// repository, of which a file is to be chosen.
func (d Download) Check() (hub bool, err error) {
	at, err := download.Parse(d.Address)
	if err == nil && d.SHA256 != "" && !download.IsSum(d.SHA256) {
		err = fmt.Errorf("that is no SHA-256 sum: it has 64 digits, 0 to 9 and a to f")
	}
	return at.Hub != "", err
}

// Fetch fetches a file over a network that keeps a record of it. It ends without
// an error when the file is there, whole, checked and under its name; ended early,
// by break or ctx, it leaves what came for the next time.
func (d Download) Fetch(ctx context.Context, n *Network) iter.Seq2[DownloadStep, error] {
	return func(yield func(DownloadStep, error) bool) {
		r := d.request(n, "downloading "+d.Address)
		defer r.Client.CloseIdleConnections()
		download.Fetch(ctx, r)(yield)
	}
}

func (d Download) request(n *Network, why string) download.Request {
	if d.Token == "" {
		d.Token = os.Getenv("HF_TOKEN")
	}
	return download.Request{
		Address: d.Address, Dir: d.Dir, SHA256: d.SHA256, Token: d.Token,
		Client: n.Client(why), Begins: engine.Begins, Peek: engine.Peek, Check: engine.CheckFile,
	}
}

// Download fetches a model into the models folder. Close pauses it, and waits until
// what came is on the disk.
func (a *App) Download(ctx context.Context, d Download) iter.Seq2[DownloadStep, error] {
	if d.Dir == "" {
		d.Dir = a.ModelsDir()
	}
	return func(yield func(DownloadStep, error) bool) {
		a.mu.Lock()
		closed := a.closed
		if !closed {
			a.copying.Add(1)
		}
		a.mu.Unlock()
		if closed {
			yield(DownloadStep{}, ErrClosed)
			return
		}
		defer a.copying.Done()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-a.closing:
				cancel()
			case <-ctx.Done():
			}
		}()
		d.Fetch(ctx, a.Network())(yield)
		a.LookForModels(modelsWait)
	}
}

// HubFiles asks Hugging Face which model files a repository has, if d's address is
// that of a repository; nil: it is a file's.
func (a *App) HubFiles(ctx context.Context, d Download) ([]HubFile, error) {
	return d.Files(ctx, a.Network())
}

// Files is HubFiles over another network.
func (d Download) Files(ctx context.Context, n *Network) ([]HubFile, error) {
	at, err := download.Parse(d.Address)
	if err != nil || at.Hub == "" {
		return nil, err
	}
	r := d.request(n, "asking for the files of "+at.Hub)
	defer r.Client.CloseIdleConnections()
	return download.Files(ctx, r, at.Hub)
}

// Unfinished are the downloads that were stopped.
func (a *App) Unfinished() []Unfinished { return download.Parts(a.ModelsDir()) }

// DiscardDownload throws away what came of one.
func (a *App) DiscardDownload(u Unfinished) error { return download.Discard(u) }
