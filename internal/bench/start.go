package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"clepsydra/internal/demo"
)

// starts is how often the program is started; the median counts.
const starts = 5

// start measures the time from running the program on an existing folder to its
// first answer, against running it to print its version.
func start(ctx context.Context) (_ Figure, err error) {
	self, err := os.Executable()
	if err != nil {
		return Figure{}, err
	}
	dir, err := os.MkdirTemp("", "clepsydra-bench-")
	if err != nil {
		return Figure{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	h, err := demo.Open(ctx, demo.Options{Dir: dir, Address: "127.0.0.1:0"}, func(error) {})
	if err != nil {
		return Figure{}, err
	}
	if err := h.Close(ctx); err != nil {
		return Figure{}, err
	}
	var ours, plain []time.Duration
	var rss float64
	for range starts {
		begin := time.Now()
		if err := exec.CommandContext(ctx, self, "version").Run(); err != nil {
			return Figure{}, err
		}
		plain = append(plain, time.Since(begin))
		took, peak, err := firstAnswer(ctx, self, dir)
		if err != nil {
			return Figure{}, err
		}
		ours, rss = append(ours, took), max(rss, peak)
	}
	return Figure{
		Unit: "ms", Ours: millis(quantile(ours, 0.5)), Baseline: millis(quantile(plain, 0.5)), RSSMiB: rss,
		BaselineOf: "running the same program to print its version",
	}, nil
}

// firstAnswer serves a folder until the first answer and ends it.
func firstAnswer(ctx context.Context, self, dir string) (took time.Duration, rss float64, err error) {
	address, err := freeAddress()
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, self, "serve")
	cmd.Env = append(os.Environ(), "CLEPSYDRA_ADDRESS="+address, "CLEPSYDRA_DATA="+demo.DataIn(dir), "CLEPSYDRA_KEY_FILE="+demo.KeyIn(dir),
		"CLEPSYDRA_LOG_LEVEL=error", "CLEPSYDRA_BASE_URL=", "CLEPSYDRA_DATABASE_URL=", "CLEPSYDRA_KEY=")
	var said bytes.Buffer
	cmd.Stderr = &said
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM))
		if waitErr := cmd.Wait(); waitErr != nil {
			err = errors.Join(err, fmt.Errorf("serve: %w: %s", waitErr, said.String()))
		}
	}()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for late := time.After(30 * time.Second); ; {
		if answers(ctx, "http://"+address+"/health") {
			return time.Since(begin), peakMiB(strconv.Itoa(cmd.Process.Pid)), nil
		}
		select {
		case <-look.C:
		case <-late:
			return 0, 0, fmt.Errorf("no answer within 30 s: %s", said.String())
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close()) == nil && res.StatusCode == http.StatusOK
}

// freeAddress finds a port that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
