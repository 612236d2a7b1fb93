package download

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// oddError is a failure that may pass: it is worth another try.
type oddError struct {
	cause error
	after time.Duration // that the server asks to wait
}

func (e *oddError) Error() string { return e.cause.Error() }
func (e *oddError) Unwrap() error { return e.cause }

// finalError is one that will not.
type finalError struct{ error }

// odd says in a sentence why there was no answer, or no end to it. Addresses are
// left out: those that servers send one on to are long, and secret.
func (f *fetch) odd(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		err = with.Err
	}
	name := host(f.file.URL)
	var final *finalError
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var wrong x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &final):
		return fmt.Errorf("%s could not be downloaded: %w", f.called(), final.error)
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &unknown), errors.As(err, &wrong), errors.As(err, &invalid), errors.As(err, &record):
		return fmt.Errorf("the connection to %s is not safe, so nothing was downloaded: %w", name, err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return &oddError{cause: fmt.Errorf("there is no host %s, or no connection to the network; check the address", dns.Name)}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &oddError{cause: fmt.Errorf("%s takes no connections", name)}
	case errors.Is(err, errSilent):
		return &oddError{cause: fmt.Errorf("%s has sent nothing for %s", name, f.r.Patience)}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return &oddError{cause: fmt.Errorf("%s cut the connection", name)}
	}
	return &oddError{cause: fmt.Errorf("the connection to %s failed (%w)", name, err)}
}

// refused says in a sentence what the server's status means.
func (f *fetch) refused(a *answer) error {
	name, gated := host(f.file.URL), host(f.file.URL) == "huggingface.co"
	switch code := a.StatusCode; {
	case (code == 401 || code == 403) && gated && f.r.Token == "":
		return fmt.Errorf("huggingface.co does not give %s to everybody: accept the licence on the model's page, make a token there and give it (HF_TOKEN), or check the address", f.called())
	case (code == 401 || code == 403) && gated:
		return fmt.Errorf("huggingface.co does not give %s with this token: accept the licence on the model's page, or check the address", f.called())
	case code == 401, code == 403:
		return fmt.Errorf("%s does not give %s to everybody (%s): it wants a password, which Beyonder has none for", name, f.called(), status(code))
	case code == 404, code == 410:
		return fmt.Errorf("there is no such file on %s (%s): check the address of %s", name, status(code), f.called())
	case code == 429:
		return &oddError{cause: fmt.Errorf("%s asks to wait, it has had too many requests (%s)", name, status(code)), after: retryAfter(a.Header)}
	case code == 408, code >= 500:
		return &oddError{cause: fmt.Errorf("%s has a fault (%s)", name, status(code)), after: retryAfter(a.Header)}
	default:
		return fmt.Errorf("%s did not send %s (%s): check the address", name, f.called(), status(code))
	}
}

func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// longest is the longest that a server may ask one to wait.
const longest = 5 * time.Minute

func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return min(time.Duration(min(n, 1e6))*time.Second, longest)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, time.Until(at)), longest)
	}
	return 0
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the server"
	}
	return u.Host
}

// shortURL is an address without what may be secret in it.
func shortURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	u.RawQuery, u.User = "", nil
	return u.String()
}
