package workflow

import (
	"regexp"
	"slices"
)

// asking checks the questions of one authority against the template.
type asking struct {
	*checker
	a     Authority
	t     Template
	asked []string // canonical questions that were met
	ids   []string
}

func (k *asking) check() {
	for i, g := range k.a.Groups {
		at := index("$.groups", i)
		k.text(at+".title", g.Title)
		oneOf(k.checker, at+".certainty", g.Certainty, Found, High, Medium, Low)
		k.need(g.Seen.IsValid(), at+".seen", "the day on which the group was seen is missing")
		k.need(len(g.Questions) > 0, at+".questions", "the list is empty")
		for n, q := range g.Questions {
			k.question(index(at+".questions", n), q)
		}
	}
	for _, id := range k.t.Legal() {
		k.need(contains(k.asked, id), "$.groups", "no question asks for %q, which Art. 33(3) GDPR requires", id)
	}
}

func (k *asking) question(at string, q Asked) {
	parts := k.parts(at, q)
	id := q.ID
	if id == "" && len(parts) > 0 {
		id = parts[0].ID
	}
	k.name(at+".id", id)
	k.need(!contains(k.ids, id), at+".id", "%q is there twice", id)
	k.ids = append(k.ids, id)
	if len(parts) == 0 && len(q.EDPB) == 0 {
		k.text(at+".label", Text(q.Label))
		k.need(q.Kind != "", at+".kind", "a question of the authority's own needs a kind")
	} else {
		k.partial(at+".label", q.Label)
	}
	if q.Hint != nil {
		k.text(at+".hint", q.Hint)
	}
	if q.Kind != "" {
		checkKind(k.checker, at+".kind", q.Kind)
	}
	if q.Certainty != "" {
		oneOf(k.checker, at+".certainty", q.Certainty, Found, High, Medium, Low)
	}
	checkWhen(k.checker, at+".when", q.When)
	k.limits(at, q, parts)
	k.options(at, q, parts)
}

func (k *asking) parts(at string, q Asked) []Canonical {
	var out []Canonical
	for i, id := range q.EDPB {
		p, ok := k.t.Question(id)
		k.need(ok, index(at+".edpb", i), "%q is not a question of the EDPB template", id)
		if ok {
			out = append(out, p)
			k.asked = append(k.asked, id)
		}
	}
	return out
}

// partial checks a text that needs only the languages the authority accepts: the
// others are read from the canonical question.
func (k *asking) partial(at string, t PartText) {
	if t == nil {
		return
	}
	whole := make(Text, len(t))
	for _, lang := range Languages() {
		whole[lang] = "-"
	}
	for key, s := range t {
		whole[key] = s
	}
	for _, lang := range k.a.Languages {
		whole[lang] = t[lang]
	}
	k.text(at, whole)
}

func (k *asking) limits(at string, q Asked, parts []Canonical) {
	_, err := regexp.Compile("^(?:" + q.Pattern + ")$")
	k.need(err == nil, at+".pattern", "%q is not a regular expression", q.Pattern)
	kind := kindOf(q, parts)
	k.need(q.Pattern == "" || !kind.HasOptions(), at+".pattern", "only a text can have a pattern")
	k.need(q.Max >= 0, at+".max", "the longest answer cannot be less than nothing")
	k.need(q.Max == 0 || !kind.HasOptions(), at+".max", "only a text can have a longest answer")
}

// options checks that every canonical option has exactly one option of the
// authority's list, so that each answer has a word there.
func (k *asking) options(at string, q Asked, parts []Canonical) {
	kind := kindOf(q, parts)
	own := len(parts) == 0
	k.need(len(q.Options) == 0 || kind.HasOptions(), at+".options", "options belong to the kinds choice, many and yes_no, and to no other")
	k.need(len(q.Options) > 0 || !kind.HasOptions() || !own && parts[0].Kind.HasOptions(), at+".options", "the list is empty")
	var met []string
	for i, o := range q.Options {
		where := index(at+".options", i)
		k.name(where+".id", o.ID)
		k.need(!slices.ContainsFunc(q.Options[:i], func(x AskedOption) bool { return x.ID == o.ID }), where+".id", "%q is there twice", o.ID)
		is := o.means(parts)
		if len(is) == 0 {
			k.text(where+".label", Text(o.Label))
			continue
		}
		k.partial(where+".label", o.Label)
		for _, id := range is {
			k.need(own || parts[0].Has(id), where+".is", "%q is not an option of the canonical question", id)
			k.need(!contains(met, id), where+".is", "%q belongs to another option already", id)
			met = append(met, id)
		}
	}
	if own || len(q.Options) == 0 {
		return
	}
	for _, o := range parts[0].Options {
		k.need(contains(met, o.ID), at+".options", "no option stands for the canonical %q", o.ID)
	}
}

// means lists the canonical options that an option stands for.
func (o AskedOption) means(parts []Canonical) []string {
	if o.Is == nil && len(parts) > 0 && parts[0].Has(o.ID) {
		return []string{o.ID}
	}
	return o.Is
}

func kindOf(q Asked, parts []Canonical) FieldKind {
	if q.Kind != "" || len(parts) == 0 {
		return q.Kind
	}
	return parts[0].Kind
}
