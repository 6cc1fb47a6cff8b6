package response

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"clepsydra/internal/account"
	"clepsydra/internal/communication"
	"clepsydra/internal/firm"
	"clepsydra/internal/incident"
	"clepsydra/internal/notification"
	"clepsydra/internal/obligation"
	"clepsydra/internal/workflow"
)

// facts gathers everything that the answers follow from.
func (s *Service) facts(ctx context.Context, db bun.IDB, id incident.ID, f firm.Firm, w Words) (notification.Facts, error) {
	i, err := incident.ByID(ctx, db, id)
	if err != nil {
		return notification.Facts{}, err
	}
	out := notification.Facts{Incident: i, Phase: obligation.Initial, Description: i.Summary, At: s.now()}
	a, err := s.d.Packs.Authority(f.AuthorityID)
	if err != nil {
		return out, err
	}
	out.Template, out.Form = s.d.Packs.Template(), s.d.Packs.Form(a)
	if out.Firm, err = s.sender(ctx, db, f); err != nil {
		return out, err
	}
	if out.Data, err = s.categories(i.Data); err != nil {
		return out, err
	}
	if sc, err := s.d.Packs.Scenario(i.Scenario); err == nil {
		out.Nature = sc.EDPB.Incident
	}
	if out.RiskReason, err = (&change{s: s, i: i}).reasonFrom(ctx, db, "risk"); err != nil {
		return out, err
	}
	method, err := s.riskMethod(ctx, db, i, w)
	if err != nil {
		return out, err
	}
	out.RiskReason = joined("\n", out.RiskReason, method)
	duties, err := obligation.OfIncident(ctx, db, id)
	if err != nil {
		return out, err
	}
	for _, o := range duties {
		if o.Duty == obligation.NotifyAuthority {
			if err := phaseOf(ctx, db, &out, o); err != nil {
				return out, err
			}
		}
	}
	out.People, err = s.peopleFacts(ctx, db, i, duties, w)
	return out, err
}

func phaseOf(ctx context.Context, db bun.IDB, out *notification.Facts, o obligation.Obligation) error {
	out.Obligation = o
	var err error
	if out.Filings, err = obligation.FilingsOf(ctx, db, o.ID); err != nil {
		return err
	}
	if len(out.Filings) > 0 {
		out.Phase = obligation.Supplementary
	}
	return nil
}

func (c *change) reasonFrom(ctx context.Context, db bun.IDB, kind string) (string, error) {
	all, err := incident.DecisionsOf(ctx, db, c.i.ID)
	if err != nil {
		return "", err
	}
	reason := ""
	for _, d := range all {
		if d.Kind == kind {
			reason = d.Reason
		}
	}
	return reason, nil
}

func (s *Service) sender(ctx context.Context, db bun.IDB, f firm.Firm) (notification.Sender, error) {
	lead, err := s.d.Accounts.ByID(ctx, db, account.ID(f.LeadID))
	if err != nil {
		return notification.Sender{}, err
	}
	contact := joined("\n", f.Name, f.Street, strings.TrimSpace(f.Postcode+" "+f.City), f.Country, f.Email, f.Phone)
	return notification.Sender{
		Name: f.Name, Number: f.CompanyNumber, Contact: contact, Country: f.Country,
		Reporter: lead.Name, ReporterContact: joined("\n", lead.Email, f.Phone),
		DPO: joined("\n", f.DPOName, f.DPOEmail, f.DPOPhone), ContactPoint: contactPoint(f, lead),
		Sector: f.Sector, Size: f.Size,
	}, nil
}

func contactPoint(f firm.Firm, lead account.Account) string {
	if p := joined("\n", f.ContactPoint.Name, f.ContactPoint.Email, f.ContactPoint.Phone); p != "" {
		return p
	}
	return joined("\n", lead.Name, f.Email, f.Phone)
}

func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" }), sep)
}

func (s *Service) categories(ids []string) ([]workflow.Category, error) {
	out := make([]workflow.Category, len(ids))
	for k, id := range ids {
		c, err := s.d.Packs.Category(id)
		if err != nil {
			return nil, err
		}
		out[k] = c
	}
	return out, nil
}

func (s *Service) peopleFacts(ctx context.Context, db bun.IDB, i incident.Incident, duties []obligation.Obligation, w Words) (notification.People, error) {
	out := notification.People{Known: i.Approx.Known, Number: i.Approx.Value}
	for _, o := range duties {
		if o.Duty != obligation.InformPeople {
			continue
		}
		out.Needed = true
		if o.State == obligation.Waived {
			out.Waived = o.Reason
		}
		if o.State == obligation.Met || o.State == obligation.MetLate {
			out.ToldAt = o.SettledAt
		}
	}
	snapshots, err := communication.SnapshotsOf(ctx, db, i.ID)
	if err != nil || len(snapshots) == 0 {
		return out, err
	}
	out.Exact = true
	counts, err := communication.CountsOf(ctx, db, i.ID, "")
	if err != nil {
		return out, err
	}
	out.Countries, out.Letters, out.Minors = counts.Countries, counts.Sent, counts.Minors
	texts, err := communication.TextsOf(ctx, db, i.ID)
	if err != nil {
		return out, err
	}
	if t, ok := texts[w.Lang()]; ok {
		out.Content = joined("\n", t.Nature, t.Consequences, t.Measures, t.Advice)
	}
	return out, nil
}
