package document

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"clepsydra/internal/fault"
)

const (
	defaultPerFile = 500
	chunkLetters   = 250 // drawn in one gofpdf document, about 10 MB
	mostWorkers    = 4
)

// Next hands over the letters of a run one by one; false ends the run. It is
// called on the caller's goroutine, in order.
type Next func() (Letter, bool, error)

// Progress is told, on the caller's goroutine, how many letters are done: printed
// or held. It may be nil.
type Progress func(done int)

// chunk is some letters on their way through the workers.
type chunk struct {
	letters []planned
	sheets  []*sheet
	done    chan struct{}
	drawn   *drawn
	err     error
}

// production draws letters in chunks on several goroutines and gives the chunks
// back in order. All callbacks run on the caller's goroutine. At most workers+1
// chunks exist at a time, which is what bounds memory.
type production struct {
	ts       *Typesetter
	planner  *planner
	next     Next
	progress Progress
	perFile  int // letters per print file; 0: one file for all
	index    *Index
	taken    int // letters taken from next
	planned  int // of these, set and on their way
	held     int // of these, not printable, and told to progress
	queue    []*chunk
	slots    chan struct{}
}

func newProduction(ts *Typesetter, run Run, next Next, progress Progress) (*production, error) {
	p, err := newPlanner(ts, run)
	if err != nil {
		return nil, err
	}
	workers := run.Workers
	if workers <= 0 {
		workers = min(mostWorkers, runtime.GOMAXPROCS(0))
	}
	if progress == nil {
		progress = func(int) {}
	}
	return &production{ts: ts, planner: p, next: next, progress: progress,
		index: new(Index), slots: make(chan struct{}, workers)}, nil
}

// each calls consume for every chunk in order and returns when all are consumed,
// consume failed, or ctx ended. No goroutine outlives it.
func (p *production) each(ctx context.Context, consume func(*chunk) error) (err error) {
	defer func() {
		for _, c := range p.queue {
			<-c.done
		}
	}()
	for more := true; more; {
		c := &chunk{done: make(chan struct{})}
		if more, err = p.fill(ctx, c); err != nil {
			return err
		}
		if len(c.letters) > 0 {
			p.start(c)
		}
		for len(p.queue) > 0 && (!more || len(p.queue) > cap(p.slots)) {
			if err := p.deliver(ctx, consume); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// fill plans letters until the chunk is full; false says that there are no more.
func (p *production) fill(ctx context.Context, c *chunk) (bool, error) {
	room := chunkLetters
	if p.perFile > 0 { // a chunk never reaches into the next file
		room = min(room, p.perFile-p.planned%p.perFile)
	}
	for len(c.letters) < room {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		l, ok, err := p.next()
		if err != nil {
			return false, fmt.Errorf("next letter: %w", err)
		}
		if !ok {
			return false, nil
		}
		p.taken++
		set, err := p.planner.plan(l)
		if err != nil {
			if err := p.hold(l, err); err != nil {
				return false, err
			}
			continue
		}
		set.number = p.taken
		p.planned++
		c.letters = append(c.letters, set)
		sheets := c.letters[len(c.letters)-1].sheets
		for i := range sheets {
			c.sheets = append(c.sheets, &sheets[i])
		}
	}
	return true, nil
}

// hold notes a letter that cannot be printed. The others go on.
func (p *production) hold(l Letter, reason error) error {
	if fault.KindOf(reason) == fault.Internal {
		return reason
	}
	p.index.Held = append(p.index.Held, Held{Letter: p.taken, PersonRef: l.PersonRef, Reason: reason})
	p.held++
	return nil
}

func (p *production) start(c *chunk) {
	p.queue = append(p.queue, c)
	p.slots <- struct{}{}
	go func() {
		defer func() { <-p.slots; close(c.done) }()
		c.drawn, c.err = drawSheets(p.ts, p.planner.logo, p.planner.run.Created, c.sheets)
		c.sheets = nil
	}()
}

// drawSheets draws sheets into one gofpdf document and takes it apart. gofpdf
// panics on what it cannot encode; nothing of the kind gets here, but neither the
// program nor the batch may die of a case nobody thought of.
func drawSheets(ts *Typesetter, l *logo, created time.Time, sheets []*sheet) (d *drawn, err error) {
	defer func() {
		if p := recover(); p != nil {
			d, err = nil, ErrTypesetting.Because(fmt.Errorf("draw %d pages: %v", len(sheets), p))
		}
	}()
	c := newCanvas(ts, l, created)
	for _, s := range sheets {
		if err := c.draw(s); err != nil {
			return nil, err
		}
	}
	return c.takeApart(sheets)
}

// deliver waits for the oldest chunk and hands it over.
func (p *production) deliver(ctx context.Context, consume func(*chunk) error) error {
	c := p.queue[0]
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.done:
	}
	p.queue = p.queue[1:]
	if c.err != nil {
		return fmt.Errorf("draw letters: %w", c.err)
	}
	if err := consume(c); err != nil {
		return err
	}
	p.index.printed += len(c.letters)
	p.progress(p.index.printed + p.held)
	return nil
}
