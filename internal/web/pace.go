package web

import (
	"net"
	"sync"
	"time"
)

// How fast one visitor may report: ten at once, then one a minute. A shop behind
// one address has room for its whole staff, a flood does not.
const (
	paceRoom  = 10
	paceEvery = time.Minute
	paceMost  = 10_000 // visitors remembered at most
)

// pace slows visitors down, each by the address he comes from. It forgets at a
// restart, and each process counts by itself: it keeps out floods, not people.
type pace struct {
	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

func newPace() *pace { return &pace{buckets: map[string]bucket{}} }

// allow takes one turn of a visitor and reports whether there was one left.
func (p *pace) allow(address string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := network(address)
	b, known := p.buckets[key]
	if !known {
		p.makeRoom(now)
		b = bucket{left: paceRoom, at: now}
	}
	b.left = min(paceRoom, b.left+max(0, now.Sub(b.at).Seconds()/paceEvery.Seconds()))
	b.at = now
	ok := b.left >= 1
	if ok {
		b.left--
	}
	p.buckets[key] = b
	return ok
}

// makeRoom forgets those who have all their turns again, and everybody when that
// is not enough.
func (p *pace) makeRoom(now time.Time) {
	if len(p.buckets) < paceMost {
		return
	}
	for key, b := range p.buckets {
		if now.Sub(b.at) > paceRoom*paceEvery {
			delete(p.buckets, key)
		}
	}
	if len(p.buckets) >= paceMost {
		clear(p.buckets)
	}
}

// network is what one household or firm shares: an IPv4 address, or the first half
// of an IPv6 address, whose other half changes at will.
func network(address string) string {
	ip := net.ParseIP(address)
	if ip == nil || ip.To4() != nil {
		return address
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}
