package source

import (
	"regexp"
	"strings"

	"clepsydra/internal/fault"
)

var (
	readsShape = regexp.MustCompile(`(?is)^\(?\s*(select|with|table|values)\b`)
	// writesShape are words that no reading query needs outside of texts and names.
	// The read-only transaction is what really guards; the words spare a person the
	// wait, and INTO OUTFILE writes a file even in such a transaction.
	writesShape = regexp.MustCompile(`(?i)\b(insert|update|delete|merge|truncate|drop|alter|create|grant|revoke|copy|call|into|lock|execute|do|set)\b`)
)

// checkQuery lets one SELECT through.
func checkQuery(q string) *fault.Error {
	if strings.TrimSpace(q) == "" {
		return ErrQuery
	}
	bare, ok := bareQuery(q)
	bare = strings.TrimSpace(bare)
	bare = strings.TrimSpace(strings.TrimSuffix(bare, ";"))
	switch {
	case !ok, !readsShape.MatchString(bare):
		return ErrQueryReads
	case strings.Contains(bare, ";"):
		return ErrQueryMany
	}
	if word := writesShape.FindString(bare); word != "" {
		return fault.New(fault.Invalid, "source.query_writes").At("query").With("Word", strings.ToUpper(word))
	}
	return nil
}

// bareQuery is a query without its texts, quoted names and comments. It is false
// for one with a comment that MySQL executes.
func bareQuery(q string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(q); {
		switch rest := q[i:]; {
		case strings.HasPrefix(rest, "/*!"), strings.HasPrefix(rest, "/*M!"):
			return "", false
		case strings.HasPrefix(rest, "/*"):
			i += upTo(rest, "*/", 2)
			b.WriteByte(' ')
		case strings.HasPrefix(rest, "--"), rest[0] == '#' && !strings.HasPrefix(rest, "#>"):
			i += upTo(rest, "\n", 0)
			b.WriteByte(' ')
		case rest[0] == '\'' || rest[0] == '"' || rest[0] == '`':
			i += upTo(rest, rest[:1], 1)
			b.WriteByte('\'')
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String(), true
}

// upTo is the length of s up to and with end, which is looked for behind the first
// skip bytes; all of s without one.
func upTo(s, end string, skip int) int {
	if at := strings.Index(s[skip:], end); at >= 0 {
		return skip + at + len(end)
	}
	return len(s)
}

// BareQuery is the query as it is sent: one SELECT without its last semicolon.
func (s Source) BareQuery() string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s.Query), ";"))
}
