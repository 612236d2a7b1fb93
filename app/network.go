package app

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Network is the one place through which Beyonder reaches a network, and the
// record of it that the Network page shows. Nothing else may dial: whoever
// downloads something the user asked for takes its HTTP client from App.Network:
//
//	client := a.Network().Client("downloading mixtral.gguf")
//
// Every connection such a client opens, or fails to open, is on record from the
// moment it is dialled, with the bytes that went each way. The record lives as
// long as the program. Its methods may be called from any goroutine.
type Network struct {
	mu    sync.Mutex
	conns []*recorded // in the order in which they were dialled
}

// Connection is one connection to a network, as it was when it was asked for.
type Connection struct {
	Opened         time.Time // when it was dialled
	Ended          time.Time // zero: it is open
	Address        string    // host and port that were dialled
	Remote         string    // the number that answered; "": none did
	Why            string    // what the user asked for, as in "downloading mixtral.gguf"
	Sent, Received int64     // bytes, those of TLS included
	Error          string    // why it could not be opened; "": it was
}

// Network is the record of this program's connections.
func (a *App) Network() *Network { return &a.network }

// Connections returns what was opened or tried since the program started, the
// first one first.
func (n *Network) Connections() []Connection {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := make([]Connection, len(n.conns))
	for i, r := range n.conns {
		list[i] = r.Connection
	}
	return list
}

// Client returns an HTTP client whose connections are recorded with a reason. It
// follows redirects, to other hosts too, and heeds the user's proxy settings;
// every host that it reaches is on record. It has no time limit of its own: give
// requests a context. Close its idle connections when the work is done.
func (n *Network) Client(why string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: n.Dial(why),
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 10 * time.Second,
		TLSHandshakeTimeout: 30 * time.Second, ResponseHeaderTimeout: time.Minute,
	}}
}

// Dial returns a function that dials, for what is not HTTP.
func (n *Network) Dial(why string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		r := &recorded{network: n, Connection: Connection{Opened: time.Now(), Address: address, Why: why}}
		n.mu.Lock()
		n.conns = append(n.conns, r)
		n.mu.Unlock()
		dialer := net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
		conn, err := dialer.DialContext(ctx, network, address)
		n.mu.Lock()
		defer n.mu.Unlock()
		if err != nil {
			r.Ended, r.Error = time.Now(), err.Error()
			return nil, err
		}
		r.Conn, r.Remote = conn, conn.RemoteAddr().String()
		return r, nil
	}
}

// recorded counts what goes through a connection.
type recorded struct {
	net.Conn
	network *Network // its lock guards Connection
	Connection
}

func (r *recorded) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.network.mu.Lock()
	r.Received += int64(n)
	r.network.mu.Unlock()
	return n, err
}

func (r *recorded) Write(b []byte) (int, error) {
	r.sent(len(b)) // before the answer can come
	n, err := r.Conn.Write(b)
	r.sent(n - len(b))
	return n, err
}

func (r *recorded) sent(n int) {
	r.network.mu.Lock()
	defer r.network.mu.Unlock()
	r.Sent += int64(n)
}

func (r *recorded) Close() error {
	r.network.mu.Lock()
	if r.Ended.IsZero() {
		r.Ended = time.Now()
	}
	r.network.mu.Unlock()
	return r.Conn.Close()
}
