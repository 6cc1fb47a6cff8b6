package contact

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestEveryPresetIsReadWhole reads a made-up export of each tool: it is recognised,
// each heading is known to the preset, and the person comes out.
func TestEveryPresetIsReadWhole(t *testing.T) {
	t.Parallel()
	presets, err := Presets()
	if err != nil {
		t.Fatal(err)
	}
	status := map[string]Marketing{
		"mailchimp_subscribed": MarketingSubscribed, "mailchimp_unsubscribed": MarketingUnsubscribed, "mailchimp_cleaned": MarketingUnsubscribed,
		"brevo": MarketingUnsubscribed, "shopify": MarketingUnsubscribed, "prestashop": MarketingSubscribed, "prestashop_fr": MarketingUnsubscribed,
		"lightspeed_x": MarketingUnsubscribed, "hubspot": MarketingUnsubscribed,
	}
	for _, p := range presets {
		data, err := os.ReadFile("testdata/exports/" + p.ID + ".csv")
		if err != nil {
			t.Error(err)
			continue
		}
		f, rows := readAll(t, string(data), belgian())
		if f.Preset.ID != p.ID || len(rows) != 1 || rows[0].Rejected != nil {
			t.Errorf("%s: recognised as %q, %+v", p.ID, f.Preset.ID, rows)
			continue
		}
		c := rows[0].Contact
		if c.Name != "Jan Peeters" || c.Email != "jan@example.be" || c.Marketing != status[p.ID] {
			t.Errorf("%s: %+v", p.ID, c)
		}
		mapped := map[Field]bool{}
		for _, col := range f.Columns {
			if col.Why != ByPreset && col.Why != ByRefusal {
				t.Errorf("%s: column %q is read by %s as %q", p.ID, col.Header, col.Why, col.Field)
			}
			mapped[col.Field] = true
		}
		want := map[string]string{string(FieldPhone): c.Phone, string(FieldMobile): c.Phone, string(FieldStreet): c.Street, string(FieldPostcode): c.Postcode, string(FieldCity): c.City, string(FieldNumber): c.CustomerNumber}
		for field, got := range want {
			if mapped[Field(field)] && got == "" {
				t.Errorf("%s: %s is mapped and empty: %+v", p.ID, field, c)
			}
		}
	}
}

// TestPresetsAreWellFormed: every field exists, every mark is one of its headings,
// every certainty is said.
func TestPresetsAreWellFormed(t *testing.T) {
	t.Parallel()
	presets, err := Presets()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range presets {
		known := p.fields()
		for f := range p.Columns {
			if !IsField(f) {
				t.Errorf("%s: %q is no field", p.ID, f)
			}
		}
		for _, m := range p.Marks {
			if _, ok := known[foldKey(m)]; !ok {
				t.Errorf("%s: mark %q is no heading", p.ID, m)
			}
		}
		if seen[p.ID] || len(p.Marks) < 2 || !slices.Contains([]string{"high", "medium", "low"}, p.Certainty) {
			t.Errorf("%s: twice, without marks or certainty", p.ID)
		}
		seen[p.ID] = true
	}
}

// TestTheUserOverrulesAPreset, and keeps the reason of what he left alone.
func TestTheUserOverrulesAPreset(t *testing.T) {
	t.Parallel()
	o := belgian()
	o.Mapping = map[int]Field{0: FieldEmail, 1: FieldNone, 2: FieldFamily}
	f, rows := readAll(t, "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME\njan@example.be,Jan,Peeters,2,2024-01-02\n", o)
	var why []string
	for _, c := range f.Columns {
		why = append(why, string(c.Why))
	}
	if got := strings.Join(why, " "); got != "preset user preset preset preset" || rows[0].Contact.GivenName != "" || rows[0].Contact.Marketing != MarketingSubscribed {
		t.Errorf("%s %+v", got, rows[0].Contact)
	}
}
