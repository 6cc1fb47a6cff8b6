package processing

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"clepsydra/internal/contact"
	"clepsydra/internal/fault"
	"clepsydra/internal/workflow"
)

// Named refusals of a declaration.
var (
	ErrNoField     = fault.New(fault.NotFound, "fields.not_found")
	ErrNoLabel     = fault.New(fault.Invalid, "fields.label_missing").At("label")
	ErrLongLabel   = fault.New(fault.Invalid, "fields.label_long").At("label").With("Max", maxLabel)
	ErrSameLabel   = fault.New(fault.Conflict, "fields.label_taken").At("label")
	ErrRefused     = fault.New(fault.Invalid, "fields.label_refused").At("label")
	ErrNoKind      = fault.New(fault.Invalid, "fields.kind_missing").At("kind")
	ErrNoChoices   = fault.New(fault.Invalid, "fields.choices_missing").At("choices")
	ErrNoCategory  = fault.New(fault.Invalid, "fields.category_missing").At("category")
	ErrCategory    = fault.New(fault.Invalid, "fields.category_refused").At("category")
	ErrNoPurpose   = fault.New(fault.Invalid, "fields.purpose_missing").At("purposes")
	ErrNoWhy       = fault.New(fault.Invalid, "fields.why_missing").At("why")
	ErrNoCondition = fault.New(fault.Invalid, "fields.condition_missing").At("condition")
	ErrNotSure     = fault.New(fault.Invalid, "fields.special_unsure").At("sure")
	ErrDeclared    = fault.New(fault.Conflict, "fields.declared_already")
	ErrBadReader   = fault.New(fault.Invalid, "fields.reader_unknown").At("readers")
)

const (
	maxLabel   = 60
	maxWhy     = 500
	maxChoices = 50
)

// Conditions lists the letters of Art. 9(2) GDPR on which a firm may rely for data
// of a special category in its customer file.
func Conditions() []string { return []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} }

// Optional lists the shipped fields that the proposal leaves out: a firm declares
// them when it needs them.
func (r Record) Optional() []contact.Field {
	var out []contact.Field
	for _, f := range []contact.Field{
		contact.FieldName, contact.FieldGiven, contact.FieldFamily, contact.FieldOrganisation, contact.FieldNumber,
		contact.FieldEmail, contact.FieldPhone, contact.FieldAddress, contact.FieldLanguage, contact.FieldBirthDate, contact.FieldMarketing,
	} {
		if got, ok := r.Field(f); !ok || !got.IsInUse() {
			out = append(out, f)
		}
	}
	return out
}

// Field returns a declared field by its key.
func (r Record) Field(key contact.Field) (Field, bool) {
	for _, f := range r.Fields {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}

// Declaration is what may be stored: the fields in use, proposed ones included.
func (r Record) Declaration() *contact.Declaration {
	var shipped []contact.Field
	var own []contact.OwnField
	for _, f := range r.Fields {
		switch {
		case !f.IsInUse():
		case f.Key.IsOwn():
			o := contact.OwnField{Key: f.Key, Kind: f.Kind, Choices: f.Choices}
			for _, lang := range []string{"nl", "fr", "de", "en"} {
				if f.Label[lang] != "" {
					o.Names = append(o.Names, f.Label[lang])
				}
			}
			own = append(own, o)
		default:
			shipped = append(shipped, f.Key)
		}
	}
	return contact.NewDeclaration(shipped, own)
}

// HiddenFrom lists the stored fields a role may not see.
func (r Record) HiddenFrom(role string) []contact.Field {
	var out []contact.Field
	for _, f := range r.Fields {
		if len(f.Readers) == 0 || slices.Contains(f.Readers, role) {
			continue
		}
		if f.Key == contact.FieldAddress {
			out = append(out, contact.FieldStreet, contact.FieldPostcode, contact.FieldCity, contact.FieldCountry)
		}
		out = append(out, f.Key)
	}
	return out
}

// Declaring is what a firm says about a field. Categories are those of the packs;
// Roles those who may see the customer file at all. Sure is the extra confirmation
// that data of a special category ask for.
type Declaring struct {
	Field
	Sure       bool
	Categories []workflow.Category
	Roles      []string
}

// Declare adds a field to the record, confirmed at now, or brings one that ended
// back into use, and returns it with its key. It names every mistake at once.
func (r Record) Declare(in Declaring, now time.Time) (Record, Field, error) {
	f := in.Field
	f.tidy()
	isOwn := f.Key == "" || f.Key.IsOwn()
	var faults fault.List
	if isOwn {
		f.checkOwn(r, &faults)
	} else if !slices.Contains(r.Optional(), f.Key) {
		faults.Add(ErrDeclared)
	}
	f.checkUse(r, in, &faults)
	if err := faults.OrNil(); err != nil {
		return r, f, err
	}
	if f.Key == "" {
		f.Key = r.keyFor(f.Label)
	}
	f.ConfirmedAt, f.EndedAt = now, time.Time{}
	out := Record{Purposes: r.Purposes, Fields: slices.Clone(r.Fields)}
	if i := slices.IndexFunc(out.Fields, func(g Field) bool { return g.Key == f.Key }); i >= 0 {
		out.Fields[i] = f
	} else {
		out.Fields = append(out.Fields, f)
	}
	return out, f, nil
}

// tidy cleans what was typed.
func (f *Field) tidy() {
	label := workflow.Text{}
	for lang, s := range f.Label {
		if s = contact.Clean(s); s != "" {
			label[lang] = s
		}
	}
	f.Label = label
	if len(label) == 0 {
		f.Label = nil
	}
	var choices []string
	for _, c := range f.Choices {
		if c = contact.Clean(c); c != "" && !slices.Contains(choices, c) {
			choices = append(choices, c)
		}
	}
	f.Choices = choices
	f.Why = contact.Clean(f.Why)
	if r := []rune(f.Why); len(r) > maxWhy {
		f.Why = string(r[:maxWhy])
	}
}

func (f Field) checkOwn(r Record, faults *fault.List) {
	if len(f.Label) == 0 {
		faults.Add(ErrNoLabel)
	}
	for _, lang := range []string{"nl", "fr", "de", "en"} {
		label, named := f.Label[lang]
		switch {
		case !named:
			continue
		case utf8.RuneCountInString(label) > maxLabel:
			faults.Add(ErrLongLabel)
		case contact.IsRefusedLabel(label) || contact.HoldsSecret(label):
			faults.Add(ErrRefused)
		case r.hasLabel(label, f.Key):
			faults.Add(ErrSameLabel.With("Label", label))
		default:
			continue
		}
		break
	}
	if !slices.Contains(contact.Kinds(), f.Kind) {
		faults.Add(ErrNoKind)
	}
	if f.Kind == KindChoice && (len(f.Choices) < 2 || len(f.Choices) > maxChoices) {
		faults.Add(ErrNoChoices.With("Max", maxChoices))
	}
}

// checkUse looks at why the field is there: category, purposes, need.
func (f Field) checkUse(r Record, in Declaring, faults *fault.List) {
	at := slices.IndexFunc(in.Categories, func(c workflow.Category) bool { return c.ID == f.Category })
	switch {
	case at < 0:
		faults.Add(ErrNoCategory)
	case len(in.Categories[at].Refused) > 0:
		faults.Add(ErrCategory)
	case in.Categories[at].Special && !slices.Contains(Conditions(), f.Condition):
		faults.Add(ErrNoCondition)
	case in.Categories[at].Special && !in.Sure:
		faults.Add(ErrNotSure)
	}
	known := len(f.Purposes) > 0
	for _, id := range f.Purposes {
		p, ok := r.Purpose(id)
		known = known && ok && p.IsInUse()
	}
	if !known {
		faults.Add(ErrNoPurpose)
	}
	if f.Why == "" {
		faults.Add(ErrNoWhy)
	}
	for _, role := range f.Readers {
		if !slices.Contains(in.Roles, role) {
			faults.Add(ErrBadReader)
			break
		}
	}
}

func (r Record) hasLabel(label string, but contact.Field) bool {
	for _, f := range r.Fields {
		for _, other := range f.Label {
			if f.Key != but && f.IsInUse() && contact.Fold(other) == contact.Fold(label) {
				return true
			}
		}
	}
	return false
}

// keyFor makes the key of an own field from its label; it is never changed and
// never given twice, also not after its field ended.
func (r Record) keyFor(label workflow.Text) contact.Field {
	name := ""
	for _, c := range contact.Fold(label.In("en", "")) {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			name += string(c)
		case name != "" && !strings.HasSuffix(name, "_"):
			name += "_"
		}
	}
	if name = strings.Trim(name, "_"); name == "" {
		name = "field"
	}
	if len(name) > 40 {
		name = strings.Trim(name[:40], "_")
	}
	plain := func(k contact.Field) string { return strings.ReplaceAll(string(k), "_", "") }
	for n := 1; ; n++ {
		key := contact.Field(contact.OwnPrefix + name)
		if n > 1 {
			key += contact.Field("_" + strconv.Itoa(n))
		}
		if !slices.ContainsFunc(r.Fields, func(f Field) bool { return plain(f.Key) == plain(key) }) {
			return key
		}
	}
}

// Confirm makes proposed fields the firm's own. Unknown keys give ErrNoField; those
// that are confirmed already stay as they are.
func (r Record) Confirm(keys []contact.Field, now time.Time) (Record, []contact.Field, error) {
	out := Record{Purposes: r.Purposes, Fields: slices.Clone(r.Fields)}
	var done []contact.Field
	for _, key := range keys {
		i := slices.IndexFunc(out.Fields, func(f Field) bool { return f.Key == key && f.IsInUse() })
		if i < 0 {
			return r, nil, ErrNoField
		}
		if out.Fields[i].ConfirmedAt.IsZero() {
			out.Fields[i].ConfirmedAt = now
			done = append(done, key)
		}
	}
	return out, done, nil
}

// End takes a field out of use; its values are to be erased. It fails with
// ErrNoField.
func (r Record) End(key contact.Field, now time.Time) (Record, error) {
	out := Record{Purposes: r.Purposes, Fields: slices.Clone(r.Fields)}
	for i, f := range out.Fields {
		if f.Key == key && f.IsInUse() {
			out.Fields[i].EndedAt = now
			return out, nil
		}
	}
	return r, ErrNoField
}

// Keeps is how long values of a field are kept, in months: its own term, else the
// longest of its purposes; 0 when nobody decided yet.
func (r Record) Keeps(f Field) int {
	if f.Months > 0 {
		return f.Months
	}
	most := 0
	for _, id := range f.Purposes {
		if p, ok := r.Purpose(id); ok {
			most = max(most, p.Retention.Months)
		}
	}
	return most
}
