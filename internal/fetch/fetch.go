// Package fetch reads customers from shops and databases outside: PostgreSQL, MySQL
// and MariaDB, and JSON over HTTP. It only ever reads, within bounds of rows, bytes
// and time, and dials no address that package source forbids. It stores nothing and
// logs nothing. It is the only package that knows the driver of MySQL.
package fetch

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/source"
)

// Limits bound one reading. The zero value of each means the usual one.
type Limits struct {
	Rows    int           // most rows
	Bytes   int64         // of all values together
	Page    int64         // bytes of one answer over HTTP
	Request time.Duration // of one answer over HTTP, and of reaching a database
	Whole   time.Duration // of the whole reading
	Pause   time.Duration // longest pause that is waited for in between
	Tries   int           // pauses in one reading
}

// usual are the limits in use.
func usual() Limits {
	return Limits{
		Rows: contact.DefaultMaxRows, Bytes: contact.MaxFileSize, Page: 32 << 20, Request: 30 * time.Second,
		Whole: 30 * time.Minute, Pause: 30 * time.Second, Tries: 5,
	}
}

// Fetcher reads sources. It keeps nothing between two readings.
type Fetcher struct {
	limits Limits
	now    func() time.Time
	after  func(time.Duration) <-chan time.Time
}

// New makes a fetcher. now and after are the clock, as of package job.
func New(now func() time.Time, after func(time.Duration) <-chan time.Time, l Limits) *Fetcher {
	u := usual()
	set := func(to *time.Duration, v time.Duration) {
		if v > 0 {
			*to = v
		}
	}
	set(&u.Request, l.Request)
	set(&u.Whole, l.Whole)
	set(&u.Pause, l.Pause)
	if l.Rows > 0 {
		u.Rows = l.Rows
	}
	if l.Bytes > 0 {
		u.Bytes = l.Bytes
	}
	if l.Page > 0 {
		u.Page = l.Page
	}
	if l.Tries > 0 {
		u.Tries = l.Tries
	}
	return &Fetcher{limits: u, now: now, after: after}
}

// Read reads a source. With first above zero it ends quietly after so many rows and
// waits for nobody: that is for trying. Every error of the rows is, or wraps, a
// source.Failure.
func (f *Fetcher) Read(ctx context.Context, s source.Source, first int) source.Table {
	t := reading{f: f, s: s, first: first}
	rows := func(yield func([]string, error) bool) {
		ctx, cancel := context.WithTimeout(ctx, f.limits.Whole)
		defer cancel()
		t.yield = yield
		err := t.run(ctx)
		if errors.Is(err, errEnough) {
			return
		}
		if ctx.Err() != nil && err != nil {
			err = ended(ctx, err)
		}
		if err != nil {
			yield(nil, err)
		}
	}
	return source.Table{Rows: rows, Headings: func() []string { return t.columns.Names() }}
}

// ended tells a reading that took too long from one that somebody broke off.
func ended(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return source.Fail(source.Passing, source.CodeSlow, ctx.Err())
	}
	return errors.Join(context.Cause(ctx), err)
}

// reading is one reading under way.
type reading struct {
	f       *Fetcher
	s       source.Source
	first   int
	yield   func([]string, error) bool
	columns source.Columns
	rows    int
	bytes   int64
	pauses  int
}

// errEnough ends a reading without a failure.
var errEnough = errors.New("enough")

func (r *reading) run(ctx context.Context) error {
	if err := r.s.Check(); err != nil {
		return source.Fail(source.Final, source.CodeSetup, fault.New(fault.Invalid, "source.fail_setup").Because(err))
	}
	if r.s.Kind == source.HTTP {
		return r.pages(ctx)
	}
	return r.query(ctx)
}

// hand gives one row on. It is errEnough when no more are wanted.
func (r *reading) hand(row []string) error {
	if r.rows++; r.rows > r.f.limits.Rows {
		return source.Fail(source.Final, source.CodeLarge, errors.New("too many rows"))
	}
	for _, v := range row {
		r.bytes += int64(len(v))
	}
	if r.bytes > r.f.limits.Bytes {
		return source.Fail(source.Final, source.CodeLarge, errors.New("too many bytes"))
	}
	if !r.yield(row, nil) || r.rows == r.first {
		return errEnough
	}
	return nil
}

// dialer judges each address after its name was looked up.
func (r *reading) dialer() *net.Dialer {
	return &net.Dialer{
		Timeout: r.f.limits.Request,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return source.Fail(source.Final, source.CodeForbidden, errors.New("address cannot be read"))
			}
			if code := r.s.MayDial(to.Addr()); code != "" {
				return source.Fail(source.Final, code, errors.New("address is not allowed"))
			}
			return nil
		},
	}
}
