package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Browser visits the program's pages the way somebody without scripts does: it
// keeps cookies, follows redirects, and sends forms with all they hold.
type Browser struct {
	client *http.Client
	base   *url.URL
}

// maxPage is the largest answer a Browser reads.
const maxPage = 512 << 20

// NewBrowser makes a browser without cookies for the pages at base.
func NewBrowser(base string) (*Browser, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 600, IdleConnTimeout: time.Minute}
	return &Browser{base: u, client: &http.Client{Jar: jar, Transport: transport, Timeout: 5 * time.Minute}}, nil
}

// Close lets go of open connections.
func (b *Browser) Close() { b.client.CloseIdleConnections() }

// Open visits a path of the program.
func (b *Browser) Open(ctx context.Context, path string) (*Page, error) {
	req, err := b.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return b.do(req)
}

// Stream visits a path and hands over the open answer.
func (b *Browser) Stream(ctx context.Context, path string) (*http.Response, error) {
	req, err := b.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	endless := *b.client
	endless.Timeout = 0
	return endless.Do(req)
}

func (b *Browser) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	at, err := b.base.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	if at.Host != b.base.Host {
		return nil, fmt.Errorf("browser: %s is another site", at.Host)
	}
	req, err := http.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "nl")
	req.Header.Set("User-Agent", "clepsydra demo")
	return req, nil
}

func (b *Browser) do(req *http.Request) (_ *Page, err error) {
	res, err := b.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("browser: %w", err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil {
		return nil, fmt.Errorf("browser: %s: %w", req.URL.Path, err)
	}
	p := &Page{Status: res.StatusCode, Path: res.Request.URL.Path, Header: res.Header, Body: body}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if p.root, err = html.Parse(bytes.NewReader(body)); err != nil {
			return nil, fmt.Errorf("browser: %s: %w", req.URL.Path, err)
		}
	}
	return p, nil
}

// Send submits a form and returns the page that it leads to.
func (b *Browser) Send(ctx context.Context, f *Form) (*Page, error) {
	if err := errors.Join(f.errs...); err != nil {
		return nil, err
	}
	if f.Method == http.MethodGet {
		return b.Open(ctx, f.Action+"?"+f.values.Encode())
	}
	body, kind := []byte(f.values.Encode()), "application/x-www-form-urlencoded"
	if f.multipart {
		var err error
		if body, kind, err = f.parts(); err != nil {
			return nil, err
		}
	}
	req, err := b.request(ctx, http.MethodPost, f.Action, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Origin", b.base.String())
	return b.do(req)
}

// Form is a form of a page with the values it holds.
type Form struct {
	Action, Method string
	multipart      bool
	names          []string
	values         url.Values
	offers         map[string][]string // what a choice can be
	files          []formFile
	buttons        []button
	errs           []error
}

type formFile struct {
	field, name string
	content     []byte
}

// button is a way to send a form: its own name and value go with it, and it may
// lead elsewhere.
type button struct{ name, value, action string }

// Has reports whether the form has a field of that name.
func (f *Form) Has(name string) bool { return slices.Contains(f.names, name) }

// Set fills in a field. A field that the form does not have, or a choice that it
// does not offer, makes sending fail, so that a renamed one is noticed.
func (f *Form) Set(name string, values ...string) *Form {
	if !f.Has(name) {
		f.errs = append(f.errs, fmt.Errorf("the form to %s has no field %q, only %s", f.Action, name, strings.Join(f.names, ", ")))
	}
	for _, v := range values {
		if offered, ok := f.offers[name]; ok && !slices.Contains(offered, v) {
			f.errs = append(f.errs, fmt.Errorf("the form to %s offers %v for %q, not %q", f.Action, offered, name, v))
		}
	}
	f.values[name] = values
	return f
}

// Press chooses the button with that name and value, when there are several.
func (f *Form) Press(name, value string) *Form {
	for _, b := range f.buttons {
		if b.name == name && b.value == value {
			f.values.Set(name, value)
			if b.action != "" {
				f.Action = b.action
			}
			return f
		}
	}
	f.errs = append(f.errs, fmt.Errorf("the form to %s has no button %s=%s", f.Action, name, value))
	return f
}

// Choose sets a field, or presses the button of that name: a page may offer a
// choice either way.
func (f *Form) Choose(name, value string) *Form {
	if f.Has(name) {
		return f.Set(name, value)
	}
	return f.Press(name, value)
}

// Attach adds a file.
func (f *Form) Attach(field, name string, content []byte) *Form {
	if !f.Has(field) || !f.multipart {
		f.errs = append(f.errs, fmt.Errorf("the form to %s takes no file %q", f.Action, field))
	}
	f.files = append(f.files, formFile{field, name, content})
	return f
}

// parts writes the form with its files.
func (f *Form) parts() ([]byte, string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	var errs []error
	for name, values := range f.values {
		for _, v := range values {
			errs = append(errs, w.WriteField(name, v))
		}
	}
	for _, file := range f.files {
		part, err := w.CreateFormFile(file.field, file.name)
		if err == nil {
			_, err = part.Write(file.content)
		}
		errs = append(errs, err)
	}
	errs = append(errs, w.Close())
	return body.Bytes(), w.FormDataContentType(), errors.Join(errs...)
}

// SignIn fills in the sign-in page.
func (b *Browser) SignIn(ctx context.Context, p Person) error {
	page, err := b.Open(ctx, "/sign-in")
	if err != nil {
		return err
	}
	f, err := page.Form("/sign-in", "email", "password")
	if err != nil {
		return err
	}
	page, err = b.Send(ctx, f.Set("email", p.Email).Set("password", p.Password))
	if err != nil {
		return err
	}
	if page.Status != http.StatusOK || page.Path == "/sign-in" {
		return fmt.Errorf("sign in as %s: status %d at %s: %s", p.Email, page.Status, page.Path, page.Text())
	}
	return nil
}
