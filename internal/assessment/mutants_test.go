package assessment_test

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"clepsydra/internal/assessment"
	"clepsydra/internal/workflow"
	"clepsydra/workflows"
)

const breachRiskFile = "assessments/breach_risk.yaml"

// loadWith loads the breach risk assessment from another text, with few other packs
// beside it, because there are many texts to try.
func loadWith(text string) (workflow.Assessment, error) {
	all := fstest.MapFS{breachRiskFile: &fstest.MapFile{Data: []byte(text)}}
	for _, name := range []string{"categories.yaml", "holidays/BE.yaml", "regimes/gdpr.yaml", "authorities/BE-GBA.yaml", "scenarios/other.yaml"} {
		src, err := fs.ReadFile(workflows.FS, name)
		if err != nil {
			return workflow.Assessment{}, err
		}
		all[name] = &fstest.MapFile{Data: src}
	}
	packs, err := workflow.Load(all, time.Now)
	if err != nil {
		return workflow.Assessment{}, err
	}
	return packs.Assessment("breach_risk")
}

// plain is a misdirected letter with a name in it: nothing in it weighs until a test
// changes something.
func plain() assessment.Answers {
	return assessment.Answers{
		"personal": assessment.Chosen("yes"), "kinds": assessment.Chosen("seen"), "intent": assessment.Chosen("no"),
		"data": assessment.Chosen("name"), "volume": assessment.Chosen("little"), "simple_tells": assessment.Chosen("nothing"),
		"behaviour_tells": assessment.Chosen("hardly"), "financial_tells": assessment.Chosen("hardly"), "sensitive_tells": assessment.Chosen("hardly"),
		"identify": assessment.Chosen("certainly"), "public_before": assessment.Chosen("no"), "protection": assessment.Chosen("none"),
		"holder": assessment.Chosen("known_few"), "recipient_confirmed": assessment.Chosen("no"), "people": assessment.Counted(1),
		"persons": assessment.Chosen(), "harm": assessment.Chosen(), "lasting": assessment.Chosen("restored"),
		"gap": assessment.Chosen("none"), "altered": assessment.Chosen("repaired"), "done": assessment.Chosen(),
	}
}

// vector is one thing that is promised about the assessment.
type vector struct {
	name    string
	answers assessment.Answers
	outcome string // U, R or H; empty: not looked at
	values  map[string]any
	notes   string // ids of the notes, sorted
	asked   string // questions that must be asked, or with "-" before must not
}

// say is the plain case with some answers changed, written as "question=option,option".
func say(changes ...string) assessment.Answers {
	out := plain()
	for _, c := range changes {
		q, value, _ := strings.Cut(c, "=")
		switch n, err := strconv.ParseFloat(value, 64); {
		case err == nil:
			out[q] = assessment.Counted(n)
		case value == "":
			out[q] = assessment.Chosen()
		default:
			out[q] = assessment.Chosen(strings.Split(value, ",")...)
		}
	}
	return out
}

// exposures are holders by exposure, from 0 to 6, with what else must be said.
func exposures() [][]string {
	return [][]string{
		{"holder=nobody"}, {"holder=trusted"}, {"holder=known_few", "recipient_confirmed=yes"}, {"holder=known_few", "recipient_confirmed=no"},
		{"holder=known_many"}, {"holder=lost"}, {"holder=public"},
	}
}

// matrix is what each impact (row) in each hands (column) comes to, for so many
// people. It is written by hand from the reasons in the pack.
func matrix() map[float64][4]string {
	return map[float64][4]string{
		1:     {"UUUUUUU", "UUUUUUR", "UUURRRH", "UURRHHH"},
		9:     {"UUUUUUU", "UUUUUUR", "UUURRRH", "UURRHHH"},
		10:    {"UUUUUUU", "UUUUURR", "UUURRRH", "UURRHHH"},
		99:    {"UUUUUUU", "UUUUURR", "UUURRRH", "UURRHHH"},
		100:   {"UUUUUUU", "UUURRRR", "UUURRRH", "UURRHHH"},
		9999:  {"UUUUUUU", "UUURRRR", "UUURRRH", "UURRHHH"},
		10000: {"UUUUUUU", "UUURRRR", "UUURHHH", "UURRHHH"},
	}
}

func matrixVectors() []vector {
	impacts := []string{"identify=hardly", "data=name", "data=birth_date", "data=national_number"}
	var out []vector
	for people, rows := range matrix() {
		for impact, row := range rows {
			for exposure, holder := range exposures() {
				changes := append([]string{impacts[impact], fmt.Sprintf("people=%v", people)}, holder...)
				out = append(out, vector{name: strings.Join(changes, " "), answers: say(changes...), outcome: row[exposure : exposure+1]})
			}
		}
	}
	return out
}

// hand are the vectors written one by one.
func hand() []vector {
	num := func(name string, n float64) map[string]any { return map[string]any{name: n} }
	one := func(outcome string, changes ...string) vector {
		return vector{name: strings.Join(changes, " "), answers: say(changes...), outcome: outcome}
	}
	val := func(values map[string]any, changes ...string) vector {
		return vector{name: strings.Join(changes, " "), answers: say(changes...), values: values}
	}
	out := []vector{
		// Intent.
		one("R", "intent=yes"), one("U", "intent=theft"), one("U", "intent=yes", "holder=nobody"), one("R", "intent=yes", "holder=trusted"),
		one("R", "intent=yes", "holder=could_have"), one("H", "intent=yes", "data=birth_date"), one("U", "intent=yes", "protection=strong"),
		one("U", "intent=yes", "personal=no"), one("U", "intent=yes", "kinds="),
		// Hands.
		one("U", "holder=could_have", "data=national_number"), one("R", "holder=unknown_people", "people=10"), one("U", "holder=unknown_people", "people=9"),
		one("U", "holder=public", "protection=hashed"), one("R", "holder=public", "protection=weak"),
		one("U", "holder=public", "data=national_number", "public_before=yes"), one("U", "holder=public", "data=national_number", "personal=no"),
		one("R", "data=national_number", "holder=known_few", "recipient_confirmed=yes"), one("H", "data=national_number", "holder=known_many", "recipient_confirmed=yes"),
		// Kinds of data that weigh by themselves.
		one("U", "data=photo"), one("R", "data=bank_account"), one("R", "data=payment_card"), one("R", "data=children"),
		one("U", "data=bank_account", "holder=known_few", "recipient_confirmed=yes"), one("U", "data=payment_card", "recipient_confirmed=yes"), one("U", "data=children", "recipient_confirmed=yes"),
		one("U", "data=birth_date", "recipient_confirmed=yes"), one("R", "data=criminal", "recipient_confirmed=yes"), one("R", "data=id_document", "recipient_confirmed=yes"),
		one("R", "data=password_plain", "recipient_confirmed=yes"), one("R", "data=national_number", "recipient_confirmed=yes"), one("U", "data=health"), one("U", "data=sensitive_other"),
		// Ease of identification.
		one("R", "data=national_number", "identify=effort"), one("U", "data=national_number", "identify=effort", "recipient_confirmed=yes"),
		one("R", "data=national_number", "identify=probably", "recipient_confirmed=yes"), one("U", "data=birth_date", "identify=effort"), one("R", "data=birth_date", "identify=probably"),
		one("U", "data=national_number", "identify=hardly", "holder=public"),
		// Vulnerable people and grave harm.
		one("R", "persons=minors"), one("R", "persons=patients"), one("R", "persons=vulnerable"), one("U", "persons=minors", "recipient_confirmed=yes"),
		one("U", "persons=minors", "identify=hardly", "holder=public"), one("R", "persons=minors", "data=birth_date", "recipient_confirmed=yes"),
		one("R", "harm=safety", "recipient_confirmed=yes"), one("R", "harm=discrimination", "recipient_confirmed=yes"), one("U", "harm=phishing,money,identity,nuisance"),
		one("U", "harm=safety", "identify=hardly", "holder=public"), one("H", "harm=safety", "holder=known_many"),
		// Loss and change.
		one("U", "kinds=gone"), one("U", "kinds=gone", "lasting=days"), one("R", "kinds=gone", "lasting=lost"), one("R", "kinds=gone", "gap=trouble"),
		one("H", "kinds=gone", "gap=grave"), one("H", "kinds=gone", "gap=grave", "lasting=lost"), one("R", "kinds=gone", "gap=trouble", "lasting=lost"), one("U", "kinds=gone", "gap=grave", "personal=no"),
		one("U", "kinds=changed"), one("R", "kinds=changed", "altered=used"), one("H", "kinds=changed", "altered=harmed"), one("U", "kinds=seen", "altered=harmed", "gap=grave", "lasting=lost"),
		// ENISA: ease of identification and circumstances.
		val(num("ei", 0.25), "identify=hardly"), val(num("ei", 0.5), "identify=effort"), val(num("ei", 0.75), "identify=probably"), val(num("ei", 1)),
		val(num("cb", 0), "holder=nobody"), val(num("cb", 0), "holder=could_have"), val(num("cb", 0.25), "holder=trusted"), val(num("cb", 0.25), "holder=known_few"),
		val(num("cb", 0.25), "holder=known_many"), val(num("cb", 0), "holder=lost"), val(num("cb", 0.5), "holder=unknown_people"), val(num("cb", 0.5), "holder=public"),
		val(num("cb", 0), "kinds=gone"), val(num("cb", 0.25), "kinds=gone", "lasting=days"), val(num("cb", 0.5), "kinds=gone", "lasting=lost"),
		val(num("cb", 0), "kinds=changed"), val(num("cb", 0.25), "kinds=changed", "altered=used"), val(num("cb", 0.5), "kinds=changed", "altered=harmed"),
		val(num("cb", 0.5), "kinds=gone", "intent=yes"), val(num("cb", 0.5), "kinds=gone", "intent=theft"), val(num("cb", 2), "kinds=seen,gone,changed", "intent=yes", "holder=public", "altered=harmed", "lasting=lost"),
		// ENISA: the worked examples and the edges of the levels.
		val(map[string]any{"score": 1.25, "level": "low"}, "people=80"),
		val(map[string]any{"dpc": 3.0, "score": 4.0, "level": "very_high"}, "data=name,contact_email,order_history", "behaviour_tells=life", "holder=public", "intent=yes"),
		val(map[string]any{"dpc": 3.0, "score": 3.0, "level": "high"}, "data=name,financial", "financial_tells=statement", "holder=lost"),
		val(map[string]any{"score": 2.0, "level": "medium"}, "data=financial", "financial_tells=some", "holder=lost"),
		val(map[string]any{"score": 1.75, "level": "low"}, "data=name", "intent=yes"),
		val(map[string]any{"score": 2.75, "level": "medium"}, "data=financial", "financial_tells=some", "intent=yes"),
		val(map[string]any{"score": 3.75, "level": "high"}, "data=financial", "financial_tells=statement", "intent=yes"),
		// Volume.
		val(num("dpc", 1), "volume=little"), val(num("dpc", 2), "volume=much"), val(num("dpc", 3), "data=order_history", "volume=much"),
		val(num("dpc", 3), "data=financial", "volume=much"), val(num("dpc", 1), "data=health", "volume=much"), val(num("dpc", 4), "data=order_history", "behaviour_tells=intimate", "volume=much"),
		val(num("dpc", 4), "data=name", "simple_tells=danger", "volume=much"),
		// Notes.
		{name: "100 people", answers: say("people=100"), notes: "low_score"}, {name: "101 people", answers: say("people=101"), notes: "low_score over_100"},
		{name: "unreadable", answers: say("protection=strong", "data=financial", "financial_tells=full"), notes: "unintelligible"}, {name: "not seen", answers: say("kinds=gone"), notes: "low_score"},
		{name: "no personal data", answers: say("personal=no"), notes: "low_score not_personal"}, {name: "children", answers: say("persons=minors"), notes: "children low_score"},
		{name: "score of 2", answers: say("data=financial", "financial_tells=some", "holder=lost"), notes: "-"},
		// What is asked.
		{name: "nothing personal", answers: say("personal=no"), asked: "-kinds -intent -data -people -persons -harm -done"},
		{name: "seen", answers: say(), asked: "kinds intent data volume simple_tells identify public_before protection holder recipient_confirmed people persons harm done -behaviour_tells -financial_tells -sensitive_tells -lasting -gap -altered"},
		{name: "gone", answers: say("kinds=gone"), asked: "lasting gap -data -volume -identify -public_before -protection -holder -recipient_confirmed -altered"},
		{name: "changed", answers: say("kinds=changed"), asked: "altered -lasting -gap"},
		{name: "many recipients", answers: say("holder=known_many"), asked: "-recipient_confirmed"},
		{name: "all classes", answers: say("data=order_history,financial,health"), asked: "behaviour_tells financial_tells sensitive_tells -simple_tells"},
	}
	for class, options := range map[string][]string{
		"simple_tells data=name": {"nothing", "status", "intimate", "danger"}, "behaviour_tells data=order_history": {"hardly", "some", "life", "intimate"},
		"financial_tells data=financial": {"hardly", "some", "statement", "full"}, "sensitive_tells data=health": {"hardly", "general", "likely", "fact"},
	} {
		question, data, _ := strings.Cut(class, " ")
		for k, o := range options {
			out = append(out, val(num("dpc", float64(k+1)), data, question+"="+o))
		}
	}
	for data, tags := range map[string]string{
		"name": "simple", "contact_email": "simple", "phone": "simple", "postal_address": "simple", "customer_number": "simple", "photo": "simple",
		"account_login": "simple", "password_hash": "simple", "other": "simple", "employment": "simple", "birth_date": "simple", "children": "simple",
		"national_number": "simple", "id_document": "simple", "password_plain": "simple", "preferences": "behaviour", "order_history": "behaviour",
		"correspondence": "behaviour", "location": "behaviour", "financial": "financial", "bank_account": "financial", "payment_card": "financial",
		"health": "sensitive", "sensitive_other": "sensitive", "criminal": "sensitive",
	} {
		out = append(out, vector{name: data, answers: say("data=" + data), asked: tags + "_tells"})
	}
	return append(out, matrixVectors()...)
}

// broken tells what a pack does not keep of what is promised; nothing when it keeps
// all.
func broken(pack workflow.Assessment, vectors []vector) string {
	for _, c := range pack.Examples {
		answers, err := assessment.ReadAll(pack, c.Answers)
		if err != nil {
			return c.ID + ": " + err.Error()
		}
		if got, err := assessment.Evaluate(pack, answers); err != nil || got.Proposed != c.Outcome {
			return fmt.Sprintf("%s: %s %v", c.ID, got.Proposed, err)
		}
	}
	ranks := []string{"U", "R", "H"}
	for _, v := range vectors {
		got, err := assessment.Evaluate(pack, v.answers)
		if err != nil {
			return v.name + ": " + err.Error()
		}
		if v.outcome != "" && ranks[got.Rank] != v.outcome {
			return fmt.Sprintf("%s: %s, want %s", v.name, ranks[got.Rank], v.outcome)
		}
		for name, want := range v.values {
			if got.AtWorst.Values[name] != want {
				return fmt.Sprintf("%s: %s is %v, want %v", v.name, name, got.AtWorst.Values[name], want)
			}
		}
		notes := slices.Sorted(slices.Values(got.SureNotes()))
		if want := strings.Fields(strings.Trim(v.notes, "-")); v.notes != "" && !slices.Equal(notes, want) {
			return fmt.Sprintf("%s: notes %v", v.name, notes)
		}
		for _, q := range strings.Fields(v.asked) {
			id, not := strings.CutPrefix(q, "-")
			if slices.Contains(got.AtWorst.Asked, id) == not {
				return fmt.Sprintf("%s: asked %v", v.name, got.AtWorst.Asked)
			}
		}
	}
	return ""
}

func TestBreachRiskKeepsItsPromises(t *testing.T) {
	t.Parallel()
	pack := breachRisk(t)
	for _, v := range hand() {
		if why := broken(pack, []vector{v}); why != "" {
			t.Error(why)
		}
	}
}

// same are changes that change nothing, because the scales end there: below 0 is as
// good as 0, above the highest step as good as the highest.
func same() []string {
	return []string{
		"? -1 :", "impact: 4}", "exposure: 7,", "harm: 3}", "? 4 : personal_impact", "? 7 : reach",
	}
}

var (
	// judged are the lines of the pack that decide something.
	judged   = regexp.MustCompile(`^\s+(when:|is:|points:|- \{id:|outcome:|holder ==|not seen or)`)
	literal  = regexp.MustCompile(`\b\d+(\.\d+)?\b`)
	operator = regexp.MustCompile(`>=|<=|==|!=|>|<|\band\b|\bor\b|\bnot \(|\bmax\b| \+ | - | \* `)
)

func swaps() map[string]string {
	return map[string]string{
		">=": ">", "<=": "<", "==": "!=", "!=": "==", ">": ">=", "<": "<=", "and": "or", "or": "and", "not (": "(", "max": "min",
		" + ": " - ", " - ": " + ", " * ": " + ",
	}
}

// mutants returns texts of the pack with one number, comparison or outcome changed,
// by what was changed.
func mutants(text string) map[string]string {
	out := make(map[string]string)
	end := strings.Index(text, "\nexamples:")
	at := 0
	for n, line := range strings.SplitAfter(text[:end], "\n") {
		if judged.MatchString(line) {
			replace := func(from, to int, with string) {
				name := fmt.Sprintf("%d: %s -> %s", n+1, strings.TrimSpace(line), strings.TrimSpace(line[:from]+with+line[to:]))
				out[name] = text[:at+from] + with + text[at+to:]
			}
			for _, m := range literal.FindAllStringIndex(line, -1) {
				v, _ := strconv.ParseFloat(line[m[0]:m[1]], 64)
				for _, other := range []float64{v - 1, v + 1} {
					replace(m[0], m[1], strconv.FormatFloat(other, 'f', -1, 64))
				}
			}
			for _, m := range operator.FindAllStringIndex(line, -1) {
				replace(m[0], m[1], swaps()[line[m[0]:m[1]]])
			}
			for _, swap := range [][2]string{{"outcome: notify_authority_and_people", "outcome: notify_authority"}, {"outcome: notify_authority\n", "outcome: notify_authority_and_people\n"}} {
				if k := strings.Index(line, swap[0]); k >= 0 {
					replace(k, k+len(swap[0]), swap[1])
				}
			}
		}
		at += len(line)
	}
	return out
}

// TestEveryMutantOfBreachRiskIsCaught changes each threshold, point, comparison and
// outcome of the pack in turn: every change must break a promise or fail to load.
func TestEveryMutantOfBreachRiskIsCaught(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(workflows.FS, breachRiskFile)
	if err != nil {
		t.Fatal(err)
	}
	all, vectors := mutants(string(text)), hand()
	caught, unchanged := 0, 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		pack, err := loadWith(all[name])
		if err != nil || broken(pack, vectors) != "" {
			caught++
			continue
		}
		unchanged++
		if _, now, _ := strings.Cut(name, " -> "); !slices.ContainsFunc(same(), func(s string) bool { return strings.Contains(now, s) }) {
			t.Errorf("nothing notices %s", name)
		}
	}
	t.Logf("%d mutants, %d caught, %d beyond the end of a scale", len(all), caught, unchanged)
}
