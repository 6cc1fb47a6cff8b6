package job

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestBackoffGrowsIsBoundedAndSpread(t *testing.T) {
	for attempt := 1; attempt <= 100; attempt++ {
		low, high := backoff(attempt, 0), backoff(attempt, 0.999)
		if low <= 0 || low >= high || high > longestPause*6/5 {
			t.Errorf("attempt %d: from %v to %v", attempt, low, high)
		}
		if attempt > 1 && backoff(attempt, 0.5) < backoff(attempt-1, 0.5) {
			t.Errorf("attempt %d waits less than the one before", attempt)
		}
	}
	if first := backoff(1, 0.5); first < 1900*time.Millisecond || first > 2100*time.Millisecond {
		t.Errorf("first pause %v", first)
	}
}

func TestLongErrorIsCutBetweenCharacters(t *testing.T) {
	s := shorten(strings.Repeat("é", maxErrorText))
	if len(s) > maxErrorText || !utf8.ValidString(s) || s == "" {
		t.Errorf("%d bytes, valid %v", len(s), utf8.ValidString(s))
	}
}
