// Package bench measures the program against plain loops of the same work: what
// one would write with the bare libraries. Each figure is taken in one process in
// one run, ours and the plain loop after each other, because the speed of a
// machine changes from minute to minute and only the ratio says something. The
// memory is the process's own peak, so every figure wants a process of its own.
package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Figure is one measured figure. Ratio is ours divided by the baseline: for
// letters and rows per second more is better, for milliseconds less. BaselineOf
// says what was compared with. RSSMiB is the peak of resident memory while our
// side ran; 0 where the system does not say.
type Figure struct {
	Name       string  `json:"name"`
	Unit       string  `json:"unit"`
	Ours       float64 `json:"ours"`
	Baseline   float64 `json:"baseline"`
	Ratio      float64 `json:"ratio"`
	RSSMiB     float64 `json:"rss_mib"`
	BaselineOf string  `json:"baseline_of"`
}

// Measurement is something that can be measured by name. Its figures come out of
// one process and bear its name, or its name and one of their own.
type Measurement struct {
	Group, Name string
	Take        func(ctx context.Context) ([]Figure, error)
}

// one makes a measurement of a single figure.
func one(take func(ctx context.Context) (Figure, error)) func(context.Context) ([]Figure, error) {
	return func(ctx context.Context) ([]Figure, error) {
		f, err := take(ctx)
		return []Figure{f}, err
	}
}

// Measurements lists all of them in the order of the README; those on PostgreSQL only
// where PostgresEnv names a server.
func Measurements() []Measurement {
	all := []Measurement{
		{"letters", "letters-merged-10k", one(func(ctx context.Context) (Figure, error) { return merged(ctx, 10_000) })},
		{"letters", "letters-merged-100k", one(func(ctx context.Context) (Figure, error) { return merged(ctx, 100_000) })},
		{"letters", "letters-separate-1k", one(func(ctx context.Context) (Figure, error) { return separate(ctx, 1000) })},
		{"import", "import-100k", one(func(ctx context.Context) (Figure, error) { return imported(ctx, "", 100_000) })},
		{"contacts", "contacts-1m", func(ctx context.Context) ([]Figure, error) { return contacts(ctx, "", 1_000_000) }},
		{"board", "board-p99", one(boardP99)},
		{"board", "boards-open-500", one(boardsOpen)},
		{"start", "start", one(start)},
	}
	if server := os.Getenv(PostgresEnv); server != "" {
		all = append(all, Measurement{"contacts", "contacts-1m-postgres", func(ctx context.Context) ([]Figure, error) {
			return contacts(ctx, server, 1_000_000)
		}})
	}
	return all
}

// Groups are the words that select measurements.
func Groups() []string { return []string{"letters", "import", "contacts", "board", "start"} }

// ErrUnknown says that there is no measurement of that name.
var ErrUnknown = errors.New("bench: no such measurement")

// Take measures by name in this process.
func Take(ctx context.Context, name string) ([]Figure, error) {
	for _, m := range Measurements() {
		if m.Name != name {
			continue
		}
		figures, err := m.Take(ctx)
		if err != nil {
			return nil, fmt.Errorf("bench %s: %w", name, err)
		}
		for k := range figures {
			f := &figures[k]
			f.Name = strings.TrimSuffix(name+" "+f.Name, " ")
			if f.Baseline > 0 {
				f.Ratio = f.Ours / f.Baseline
			}
		}
		return figures, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrUnknown, name)
}

// forgetPeak lets the peak of memory begin anew, so that what a measurement
// prepared does not count. Where that cannot be done the peak is the larger one.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200)
}

// peakMiB is the largest resident size of a process so far; 0 where the system
// does not say. The process is "self" or a number.
func peakMiB(process string) float64 {
	status, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			return kib / 1024
		}
	}
	return 0
}

// perSecond is a rate of n things in a time.
func perSecond(n int, d time.Duration) float64 { return float64(n) / d.Seconds() }

// millis are milliseconds with fractions.
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantile is the value below which the share q of the list lies.
func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(list))
	return s[min(len(s)-1, int(q*float64(len(s))))]
}
