package web

import (
	"bufio"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// hub tells open pages that something changed. A page that is slow to read loses
// events, never holds up the others: an event says "look again", so the next one
// makes up for it.
type hub struct {
	mu      sync.Mutex
	readers map[chan string]struct{}
	quit    chan struct{}
	waiting bool
	closed  bool
}

const (
	readerBuffer = 8
	settle       = 500 * time.Millisecond // changes within it are told once
	heartbeat    = 15 * time.Second       // only a failing write tells that a browser is gone
	streamLife   = 15 * time.Minute       // then the browser comes back, and its session is asked again
)

func newHub() *hub {
	return &hub{readers: map[chan string]struct{}{}, quit: make(chan struct{})}
}

func (h *hub) join() chan string {
	ch := make(chan string, readerBuffer)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readers[ch] = struct{}{}
	return ch
}

func (h *hub) leave(ch chan string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.readers, ch)
}

func (h *hub) broadcast(event, data string) {
	line := strings.NewReplacer("\r", " ", "\n", " ")
	message := "event: " + line.Replace(event) + "\ndata: " + line.Replace(data) + "\n\n"
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.readers {
		select {
		case ch <- message:
		default:
		}
	}
}

// changed broadcasts "changed" once the burst is over.
func (h *hub) changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting || h.closed {
		return
	}
	h.waiting = true
	time.AfterFunc(settle, func() {
		h.mu.Lock()
		h.waiting = false
		h.mu.Unlock()
		h.broadcast("changed", "")
	})
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.quit)
	}
}

// stream is what an open board listens to. It begins with the server's clock,
// from which the page counts down.
func (s *Server) stream(v *Visit) error {
	v.C.Set(fiber.HeaderContentType, "text/event-stream")
	v.C.Set(fiber.HeaderCacheControl, "no-store")
	v.C.Set("X-Accel-Buffering", "no")
	ch := s.events.join()
	v.C.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.events.leave(ch)
		s.pump(w, ch)
	})
	return nil
}

func (s *Server) pump(w *bufio.Writer, ch <-chan string) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	end := time.NewTimer(streamLife)
	defer end.Stop()
	message := "retry: 3000\n" + s.clockEvent()
	for {
		if _, err := w.WriteString(message); err != nil {
			return
		}
		if err := w.Flush(); err != nil {
			return
		}
		select {
		case message = <-ch:
		case <-beat.C:
			message = s.clockEvent()
		case <-end.C:
			return
		case <-s.events.quit:
			return
		}
	}
}

// clockEvent tells the server's time; it is the heartbeat as well.
func (s *Server) clockEvent() string {
	return "event: clock\ndata: " + s.d.Clock().UTC().Format(time.RFC3339Nano) + "\n\n"
}
