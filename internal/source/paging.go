package source

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"clepsydra/internal/fault"
)

// Style is how a list comes in pages.
type Style string

// The styles.
const (
	OnePage Style = ""       // everything at once
	ByPage  Style = "page"   // page=1, 2, 3
	ByStart Style = "offset" // offset=0, 100, 200
	ByMark  Style = "cursor" // the answer holds the mark of the next page
	ByLink  Style = "link"   // Link: <…>; rel="next" (RFC 8288)
)

// Styles lists the styles in the order a form offers them.
func Styles() []Style { return []Style{OnePage, ByPage, ByStart, ByMark, ByLink} }

// Paging is how a list comes in pages. Param is the parameter of the address that
// is counted up or takes the mark; SizeParam, which may be empty, that of Size, the
// rows of a page. First is the number of the first page. Cursor is where the answer
// holds the mark, such as meta.next; a whole address there is followed as it is.
type Paging struct {
	Style     Style
	Param     string
	SizeParam string
	Size      int
	First     int
	Cursor    string
}

// Bounds of a pull.
const (
	MaxPages    = 20_000
	maxPageSize = 10_000
)

func (p Paging) check(l *fault.List) {
	if !slices.Contains(Styles(), p.Style) {
		l.Add(ErrPaging)
		return
	}
	if p.Style == ByMark && !pathShape.MatchString(p.Cursor) {
		l.Add(ErrCursor)
	}
	if (p.Style == ByStart || p.SizeParam != "") && p.Size <= 0 || p.Size < 0 || p.Size > maxPageSize {
		l.Add(ErrPageSize.With("Max", maxPageSize))
	}
	if p.First < 0 {
		l.Add(ErrPageParam)
	}
}

// param is the parameter that changes from page to page, the usual one unless
// another was named.
func (p Paging) param() string {
	return cmp.Or(p.Param, map[Style]string{ByPage: "page", ByStart: "offset", ByMark: "cursor"}[p.Style])
}

// Pager goes through the pages of one list. It remembers where it was and never
// goes round in circles.
type Pager struct {
	paging  Paging
	base    *url.URL
	pages   int
	rows    int
	been    map[string]bool
	content [sha256.Size]byte
}

// NewPager begins at the address of a source and returns the address of the first
// page.
func NewPager(s Source) (*Pager, *url.URL, error) {
	base, err := url.Parse(s.URL)
	if err != nil {
		return nil, nil, Fail(Final, CodeSetup, errors.New("address cannot be read"))
	}
	p := &Pager{paging: s.Paging, base: base, been: map[string]bool{}}
	set := map[string]string{}
	switch s.Paging.Style {
	case ByPage:
		set[s.Paging.param()] = strconv.Itoa(s.Paging.First)
	case ByStart:
		set[s.Paging.param()] = "0"
	}
	first := p.with(set)
	p.been[first.String()] = true
	return p, first, nil
}

// with is the address of the list with some parameters set.
func (p *Pager) with(set map[string]string) *url.URL {
	u := *p.base
	q := u.Query()
	for k, v := range set {
		q.Set(k, v)
	}
	if p.paging.SizeParam != "" && p.paging.Style != OnePage {
		q.Set(p.paging.SizeParam, strconv.Itoa(p.paging.Size))
	}
	if len(q) > 0 {
		u.RawQuery = q.Encode()
	}
	return &u
}

// Next is the address behind a page with so many records, nil after the last one.
// body and links are the answer and its Link headers. A page that was there before,
// by its address or by its very content, is CodeLoop; another host is CodeRedirect.
func (p *Pager) Next(at *url.URL, body []byte, links []string, records int) (*url.URL, error) {
	p.pages++
	p.rows += records
	next, err := p.follow(at, body, links, records)
	if err != nil || next == nil {
		return nil, err
	}
	content := sha256.Sum256(body)
	if p.been[next.String()] || content == p.content {
		return nil, Fail(Final, CodeLoop, errors.New("the same page again"))
	}
	if p.pages >= MaxPages {
		return nil, Fail(Final, CodePages, errors.New("too many pages"))
	}
	p.content = content
	p.been[next.String()] = true
	return next, nil
}

func (p *Pager) follow(at *url.URL, body []byte, links []string, records int) (*url.URL, error) {
	short := p.paging.SizeParam != "" && records < p.paging.Size
	switch p.paging.Style {
	case ByPage:
		if records == 0 || short {
			return nil, nil
		}
		return p.with(map[string]string{p.paging.param(): strconv.Itoa(p.paging.First + p.pages)}), nil
	case ByStart:
		if records == 0 || short {
			return nil, nil
		}
		return p.with(map[string]string{p.paging.param(): strconv.Itoa(p.rows)}), nil
	case ByMark:
		mark := textAt(body, p.paging.Cursor)
		if mark == "" {
			return nil, nil
		}
		if strings.HasPrefix(mark, "https://") || strings.HasPrefix(mark, "http://") {
			return p.sameHost(at, mark)
		}
		return p.with(map[string]string{p.paging.param(): mark}), nil
	case ByLink:
		if to := nextLink(links); to != "" {
			return p.sameHost(at, to)
		}
	}
	return nil, nil
}

// sameHost resolves an address the other side gave. It may not lead elsewhere: the
// key would go along.
func (p *Pager) sameHost(at *url.URL, to string) (*url.URL, error) {
	u, err := at.Parse(to)
	if err != nil {
		return nil, Fail(Final, CodeNotJSON, errors.New("next page cannot be read"))
	}
	if !SameHost(u, p.base) {
		return nil, Fail(Final, CodeRedirect, errors.New("next page is elsewhere"))
	}
	u.Fragment, u.User = "", nil
	return u, nil
}

// SameHost reports whether two addresses are of one server, by scheme, name and
// port.
func SameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// nextLink finds the next page in Link headers (RFC 8288); empty without one.
func nextLink(headers []string) string {
	for _, h := range headers {
		for {
			_, rest, ok := strings.Cut(h, "<")
			to, rest2, closed := strings.Cut(rest, ">")
			if !ok || !closed {
				break
			}
			params, _, _ := strings.Cut(rest2, "<")
			if isNext(params) {
				return strings.TrimSpace(to)
			}
			h = rest2
		}
	}
	return ""
}

func isNext(params string) bool {
	for part := range strings.FieldsFuncSeq(params, func(r rune) bool { return r == ';' || r == ',' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "rel") {
			continue
		}
		for rel := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
			if strings.EqualFold(rel, "next") {
				return true
			}
		}
	}
	return false
}
