package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"clepsydra/internal/source"
)

// client makes the client of one reading. It takes no proxy from the environment:
// the check of addresses would be for nothing.
func (r *reading) client() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            r.dialer().DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    r.f.limits.Request,
			MaxResponseHeaderBytes: 1 << 20,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if !source.SameHost(to.URL, via[0].URL) {
				return source.Fail(source.Final, source.CodeRedirect, errors.New("redirected to another host"))
			}
			if len(via) >= 5 {
				return source.Fail(source.Final, source.CodeLoop, errors.New("redirected without end"))
			}
			return nil
		},
	}
}

// pages reads a list page by page.
func (r *reading) pages(ctx context.Context) error {
	client := r.client()
	defer client.CloseIdleConnections()
	pager, at, err := source.NewPager(r.s)
	for err == nil && at != nil {
		var body []byte
		var links []string
		if body, links, err = r.page(ctx, client, at); err != nil {
			return err
		}
		records, rerr := source.Records(body, r.s.Items)
		if rerr != nil {
			return rerr
		}
		for _, record := range records {
			row, ferr := r.columns.Flatten(record)
			if ferr != nil {
				return source.Fail(source.Final, source.CodeItems, errors.New("not a list of objects"))
			}
			if err := r.hand(row); err != nil {
				return err
			}
		}
		at, err = pager.Next(at, body, links, len(records))
	}
	return err
}

// page gets one page, with a pause where the other side asks for one.
func (r *reading) page(ctx context.Context, client *http.Client, at *url.URL) ([]byte, []string, error) {
	for {
		body, links, err := r.get(ctx, client, at)
		var f *source.Failure
		if err == nil || !errors.As(err, &f) || f.Class == source.Final {
			return body, links, err
		}
		pause := max(f.After, time.Second<<min(r.pauses, 10))
		if r.first > 0 || ctx.Err() != nil || pause > r.f.limits.Pause || r.pauses >= r.f.limits.Tries {
			return nil, nil, err
		}
		r.pauses++
		select {
		case <-ctx.Done():
			return nil, nil, err
		case <-r.f.after(pause):
		}
	}
}

func (r *reading) get(ctx context.Context, client *http.Client, at *url.URL) (body []byte, links []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.f.limits.Request)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, source.Fail(source.Final, source.CodeSetup, errors.New("address cannot be asked"))
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Clepsydra")
	if r.s.Header != "" {
		req.Header.Set(r.s.Header, string(r.s.Secret))
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, netFailure(ctx, err)
	}
	defer res.Body.Close()
	if err := r.statusFailure(res); err != nil {
		return nil, nil, err
	}
	body, err = io.ReadAll(io.LimitReader(res.Body, r.f.limits.Page+1))
	switch {
	case err != nil:
		return nil, nil, netFailure(ctx, err)
	case int64(len(body)) > r.f.limits.Page:
		return nil, nil, source.Fail(source.Final, source.CodeLarge, errors.New("answer too large"))
	case isMarkup(res, body):
		return nil, nil, source.Fail(source.Final, source.CodeNotJSON, errors.New("a page instead of JSON"))
	}
	return body, res.Header.Values("Link"), nil
}

func isMarkup(res *http.Response, body []byte) bool {
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return media == "text/html" || strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 200)])), "<")
}

// statusFailure says what an answer that is no page means; nil for one that is.
func (r *reading) statusFailure(res *http.Response) error {
	because := fmt.Errorf("status %d", res.StatusCode)
	switch code := res.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != "":
		f := source.Fail(source.Waiting, source.CodeBusy, because)
		f.After = r.retryAfter(res.Header.Get("Retry-After"))
		return f
	case code >= 500 || code == http.StatusRequestTimeout:
		return source.Fail(source.Passing, source.CodeServer, because)
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return source.Fail(source.Final, source.CodeAuth, because)
	case code == http.StatusNotFound, code == http.StatusGone:
		return source.Fail(source.Final, source.CodeMissing, because)
	}
	return source.Fail(source.Final, source.CodeRefused, because)
}

// How long is waited when the other side asks to: a minute when it does not say,
// a day at most.
const (
	usualPause = time.Minute
	mostPause  = 24 * time.Hour
)

// retryAfter reads the header: seconds, or a moment (RFC 9110, 10.2.3).
func (r *reading) retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n >= 0 {
		return min(time.Duration(min(n, 1<<20))*time.Second, mostPause)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(r.f.now()), 0), mostPause)
	}
	return usualPause
}
