package slackbot_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"clepsydra/internal/alert"
)

// plainWords answers with the key and its arguments, so that a test sees what was
// asked for without depending on a translation.
type plainWords struct{}

func (plainWords) T(key string, args map[string]any) string {
	parts := []string{key}
	for _, k := range slices.Sorted(maps.Keys(args)) {
		if s, ok := args[k].(string); ok && s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

func (w plainWords) N(key string, count int, args map[string]any) string {
	return fmt.Sprintf("%s %d", key, count)
}

func (plainWords) DateTime(t time.Time) string { return t.Format(time.RFC3339) }

func speak(string) alert.Translator { return plainWords{} }
