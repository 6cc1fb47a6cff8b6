package workflow

import (
	"regexp"
	"slices"
	"time"
)

// BreachKind is one of the three kinds of the EDPB Guidelines 9/2022.
type BreachKind string

// The kinds of breach.
const (
	Confidentiality BreachKind = "confidentiality"
	Integrity       BreachKind = "integrity"
	Availability    BreachKind = "availability"
)

// Role is who a task is given to.
type Role string

// The roles that own tasks.
const (
	RoleLead    Role = "lead"
	RoleDeputy  Role = "deputy"
	RoleDPO     Role = "dpo"
	RoleIT      Role = "it"
	RoleHandler Role = "handler"
)

// From is the moment from which a task's time runs.
type From string

// The moments of a task.
const (
	FromReported From = "reported"
	FromAware    From = "aware"
)

// Scenario is one card of the report page and everything that hangs on it.
type Scenario struct {
	Header `yaml:",inline"`

	Icon   string       `yaml:"icon"` // name of a Tabler icon
	Order  int          `yaml:"order"`
	Title  Text         `yaml:"title"`
	Hint   Text         `yaml:"hint"`
	Advice []Text       `yaml:"advice"` // what to do now, one short line each
	Kinds  []BreachKind `yaml:"kinds"`  // what it usually is; triage decides
	Tasks  []Task       `yaml:"tasks"`
	Letter LetterTexts  `yaml:"letter"`
	EDPB   EDPBTexts    `yaml:"edpb"`
	// Assess holds answers of the breach risk assessment that usually fit, by
	// question: one option, or a list of options. They are proposed, never decided.
	Assess map[string][]string `yaml:"assess"`
	// Recall is the id of the task that is done when every wrong recipient has
	// confirmed; empty for scenarios that have no recipients to ask.
	Recall string `yaml:"recall"`
	// FastLane is set where a small case may take the short way to its register
	// entry; nil for scenarios that always need the full assessment.
	FastLane *FastLane `yaml:"fast_lane"`
}

// FastLane says which cases are small enough for the short way: with these facts a
// risk to people is unlikely (Art. 33(1) GDPR), and the manager may decide so
// without the full assessment.
type FastLane struct {
	Categories    []string `yaml:"categories"`     // ids of ordinary data; any other closes the way
	MaxRecipients int      `yaml:"max_recipients"` // wrong recipients, 1 or more
	MaxPeople     int      `yaml:"max_people"`     // people affected, 1 or more
	// Because is the sentence of the judgement that says why data of these
	// categories are ordinary; it must stay true when a category is added.
	Because Text `yaml:"because"`
}

// Task is a step of the workflow that is given to a person.
type Task struct {
	ID    string        `yaml:"id"`
	Title Text          `yaml:"title"`
	Owner Role          `yaml:"owner"`
	From  From          `yaml:"from"`
	Due   time.Duration `yaml:"due"`  // after From
	Gate  bool          `yaml:"gate"` // the incident may not close before it is done
}

// LetterTexts are drafts for the letter to the people affected (GDPR Art. 34(2)).
// They may hold {firm} and {date}; see Fill.
type LetterTexts struct {
	Nature       Text   `yaml:"nature"`
	Consequences []Text `yaml:"consequences"`
	Measures     []Text `yaml:"measures"`
	Advice       []Text `yaml:"advice"`
}

// EDPBTexts are drafts for the authority's form.
type EDPBTexts struct {
	Incident []string `yaml:"incident"` // codes of row 60, see IncidentCodes
	Cause    string   `yaml:"cause"`    // code of row 61, see CauseCodes
	Nature   Text     `yaml:"nature"`   // row 62; may hold {date}
	// Sentences to choose from, written for an authority; each list may be empty.
	Consequences []Text `yaml:"consequences"` // rows 85 and 86
	Measures     []Text `yaml:"measures"`     // row 92
	Prevention   []Text `yaml:"prevention"`   // rows 94 and 95
}

// Sentences are those to choose from for a canonical question; none for most.
func (t EDPBTexts) Sentences(question string) []Text {
	switch question {
	case "consequences":
		return t.Consequences
	case "measures":
		return t.Measures
	case "prevention":
		return t.Prevention
	}
	return nil
}

// IncidentCodes are our names for the kinds of incident of the EDPB template (row
// 60), in its order. The template's own wording belongs to its translation.
func IncidentCodes() []string {
	return []string{
		"abuse_by_employee", "ransomware", "hacking", "phishing", "vulnerability_exploited", "unauthorised_access",
		"exfiltration", "wrong_persons_data_shown", "device_lost_or_stolen", "e_waste", "paper_disposal",
		"mail_lost_or_opened", "misconfiguration", "wrong_permissions", "paper_lost", "data_deleted",
		"shown_to_wrong_recipient", "sent_by_mistake", "open_distribution_list", "technical_fault",
		"unauthorised_change", "unintended_publication", "verbal_disclosure", "to_be_determined", "other",
	}
}

// CauseCodes are our names for the causes of the EDPB template (row 61).
func CauseCodes() []string {
	return []string{
		"internal_not_malicious", "internal_malicious", "external_not_malicious", "external_malicious",
		"to_be_determined", "unknown",
	}
}

var iconName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func (l *loader) addScenario(c *checker, s Scenario) {
	c.name("$.id", s.ID)
	c.need(iconName.MatchString(s.Icon), "$.icon", "%q is not the name of an icon", s.Icon)
	c.need(s.Order > 0, "$.order", "the order must be 1 or more")
	for id, list := range l.packs.scenarios {
		for _, other := range list {
			c.need(id == s.ID || other.Order != s.Order, "$.order", "scenario %q has the same order", id)
		}
	}
	c.text("$.title", s.Title)
	c.text("$.hint", s.Hint)
	c.texts("$.advice", s.Advice)
	c.need(len(s.Kinds) > 0, "$.kinds", "the list is empty")
	for i, k := range s.Kinds {
		oneOf(c, index("$.kinds", i), k, Confidentiality, Integrity, Availability)
		c.need(!slices.Contains(s.Kinds[:i], k), index("$.kinds", i), "%q is there twice", k)
	}
	s.checkTasks(c)
	s.checkAssess(c)
	s.Letter.check(c)
	c.need(len(s.EDPB.Incident) > 0, "$.edpb.incident", "the list is empty")
	for i, code := range s.EDPB.Incident {
		oneOf(c, index("$.edpb.incident", i), code, IncidentCodes()...)
	}
	oneOf(c, "$.edpb.cause", s.EDPB.Cause, CauseCodes()...)
	c.text("$.edpb.nature", s.EDPB.Nature, "{date}")
	for _, group := range []struct {
		name  string
		texts []Text
	}{
		{"consequences", s.EDPB.Consequences}, {"measures", s.EDPB.Measures}, {"prevention", s.EDPB.Prevention},
	} {
		for i, t := range group.texts {
			c.text(index("$.edpb."+group.name, i), t)
		}
	}
	s.checkRecall(c)
	l.checkFastLane(c, s)
	add(c, l.packs.scenarios, s)
}

func (s Scenario) checkTasks(c *checker) {
	c.need(len(s.Tasks) > 0, "$.tasks", "the list is empty")
	seen := make(map[string]bool)
	for i, t := range s.Tasks {
		at := index("$.tasks", i)
		c.name(at+".id", t.ID)
		c.need(!seen[t.ID], at+".id", "%q is there twice", t.ID)
		seen[t.ID] = true
		c.text(at+".title", t.Title)
		oneOf(c, at+".owner", t.Owner, RoleLead, RoleDeputy, RoleDPO, RoleIT, RoleHandler)
		oneOf(c, at+".from", t.From, FromReported, FromAware)
		c.need(t.Due > 0, at+".due", "the time for the task must be more than nothing")
	}
}

// checkRecall makes sure that the answers of wrong recipients tick off a task that
// is there.
func (s Scenario) checkRecall(c *checker) {
	isTask := slices.ContainsFunc(s.Tasks, func(t Task) bool { return t.ID == s.Recall })
	c.need(s.Recall == "" || isTask, "$.recall", "%q is not the id of a task", s.Recall)
}

// checkFastLane makes sure that the short way has its limits and leads past no
// special categories of data (Art. 9 GDPR).
func (l *loader) checkFastLane(c *checker, s Scenario) {
	lane := s.FastLane
	if lane == nil {
		return
	}
	c.need(s.Recall != "", "$.fast_lane", "a scenario with a fast lane needs a recall task")
	c.need(len(lane.Categories) > 0, "$.fast_lane.categories", "the list is empty")
	for i, id := range lane.Categories {
		at := index("$.fast_lane.categories", i)
		k := slices.IndexFunc(l.packs.categories, func(cat Category) bool { return cat.ID == id })
		c.need(k >= 0, at, "%q is not a category of data", id)
		c.need(k < 0 || !l.packs.categories[k].Special, at, "%q is a special category of data", id)
		c.need(!slices.Contains(lane.Categories[:i], id), at, "%q is there twice", id)
	}
	c.need(lane.MaxRecipients > 0, "$.fast_lane.max_recipients", "the number must be 1 or more")
	c.need(lane.MaxPeople > 0, "$.fast_lane.max_people", "the number must be 1 or more")
	c.text("$.fast_lane.because", lane.Because)
}

func (t LetterTexts) check(c *checker) {
	places := []string{"{firm}", "{date}"}
	c.text("$.letter.nature", t.Nature, places...)
	c.texts("$.letter.consequences", t.Consequences, places...)
	c.texts("$.letter.measures", t.Measures, places...)
	c.texts("$.letter.advice", t.Advice, places...)
}
