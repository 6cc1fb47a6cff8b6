package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// How much of one record is read: what is deeper or wider says nothing more of a
// person.
const (
	maxDepth   = 8
	maxColumns = 400
	maxHeading = 200
	maxValue   = 64 << 10
)

// Columns are the headings of what was read so far, in the order they came. Nested
// fields are called by their path: address.city. A list of plain values is one
// value, "a, b"; of a list of objects the first is read, as phones.0.number.
type Columns struct {
	names []string
	at    map[string]int
}

// Names lists the headings.
func (c *Columns) Names() []string { return append([]string(nil), c.names...) }

// place is the column of a path; false when there are enough.
func (c *Columns) place(path string) (int, bool) {
	if i, known := c.at[path]; known {
		return i, true
	}
	if len(c.names) >= maxColumns || len(path) > maxHeading || strings.TrimSpace(path) == "" {
		return 0, false
	}
	if c.at == nil {
		c.at = map[string]int{}
	}
	c.at[path] = len(c.names)
	c.names = append(c.names, path)
	return len(c.names) - 1, true
}

// Reserve gives a heading the column i before any row fills it. It is false when
// the heading is taken.
func (c *Columns) Reserve(name string, i int) bool {
	if _, taken := c.at[name]; taken {
		return false
	}
	if c.at == nil {
		c.at = map[string]int{}
	}
	c.at[name] = i
	c.names = append(c.names, name)
	return true
}

// flattener reads one record.
type flattener struct {
	columns *Columns
	row     []string
}

// Flatten reads one JSON object as a row. The same path twice keeps the first value
// that is not empty. It fails for what is no object.
func (c *Columns) Flatten(record []byte) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(record))
	dec.UseNumber()
	t, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	if t != json.Delim('{') {
		return nil, errNotObject
	}
	f := &flattener{columns: c}
	if err := f.object(dec, "", 1); err != nil {
		return nil, err
	}
	return f.row, nil
}

var errNotObject = errors.New("not an object")

// object reads up to the closing brace.
func (f *flattener) object(dec *json.Decoder, path string, depth int) error {
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return fmt.Errorf("read key: %w", err)
		}
		key, ok := t.(string)
		if !ok {
			return errNotObject
		}
		if err := f.value(dec, join(path, key), depth); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (f *flattener) value(dec *json.Decoder, path string, depth int) error {
	t, err := dec.Token()
	if err != nil {
		return fmt.Errorf("read value: %w", err)
	}
	switch t {
	case json.Delim('{'):
		if depth >= maxDepth {
			return skip(dec)
		}
		return f.object(dec, path, depth+1)
	case json.Delim('['):
		return f.list(dec, path, depth)
	}
	f.put(path, plain(t))
	return nil
}

// list reads up to the closing bracket.
func (f *flattener) list(dec *json.Decoder, path string, depth int) error {
	var values []string
	for k := 0; dec.More(); k++ {
		t, err := dec.Token()
		if err != nil {
			return fmt.Errorf("read list: %w", err)
		}
		switch _, nested := t.(json.Delim); {
		case t == json.Delim('{') && k == 0 && depth < maxDepth:
			err = f.object(dec, join(path, strconv.Itoa(k)), depth+1)
		case nested:
			err = skip(dec)
		case plain(t) != "":
			values = append(values, plain(t))
		}
		if err != nil {
			return err
		}
	}
	if len(values) > 0 {
		f.put(path, strings.Join(values, ", "))
	}
	_, err := dec.Token()
	return err
}

// skip passes over what an opening delimiter began.
func skip(dec *json.Decoder) error {
	for open := 1; open > 0; {
		t, err := dec.Token()
		if err != nil {
			return fmt.Errorf("skip value: %w", err)
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			open++
		case json.Delim('}'), json.Delim(']'):
			open--
		}
	}
	return nil
}

// plain is a value as a file would hold it.
func plain(t json.Token) string {
	switch v := t.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// put enters a value. What is too long for a field of a person is left out.
func (f *flattener) put(path, value string) {
	i, ok := f.columns.place(path)
	if !ok || len(value) > maxValue {
		return
	}
	for len(f.row) <= i {
		f.row = append(f.row, "")
	}
	if f.row[i] == "" {
		f.row[i] = value
	}
}

// Records finds the list in an answer, by a path such as data.customers; an empty
// path means that the answer is the list. An object there whose values are objects,
// keyed by number, is no list. The code of a failure is CodeNotJSON or CodeItems.
func Records(body []byte, path string) ([]json.RawMessage, error) {
	if !json.Valid(body) {
		return nil, Fail(Final, CodeNotJSON, errors.New("not JSON"))
	}
	at := json.RawMessage(body)
	if path != "" {
		at = lookUp(body, path)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(at, &list); err != nil || list == nil {
		return nil, Fail(Final, CodeItems, errors.New("no list there"))
	}
	return list, nil
}

// lookUp follows a path of keys; nil when it leads nowhere.
func lookUp(body []byte, path string) json.RawMessage {
	at := json.RawMessage(body)
	for key := range strings.SplitSeq(path, ".") {
		var object map[string]json.RawMessage
		if json.Unmarshal(at, &object) != nil || object[key] == nil {
			return nil
		}
		at = object[key]
	}
	return at
}

// textAt is a text or number at a path; empty for null and for anything else.
func textAt(body []byte, path string) string {
	dec := json.NewDecoder(bytes.NewReader(lookUp(body, path)))
	dec.UseNumber()
	t, err := dec.Token()
	if err != nil && !errors.Is(err, io.EOF) {
		return ""
	}
	if _, flag := t.(bool); flag {
		return ""
	}
	return plain(t)
}
