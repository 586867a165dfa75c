package scenario

import (
	"errors"
	"time"

	"cloudfront-cd/infra/local/world"
	"cloudfront-cd/internal/asl"
	"cloudfront-cd/internal/release"
	"cloudfront-cd/internal/standin/cloudfront"
	"cloudfront-cd/internal/standin/origin"
)

// afterTheDoor are the releases that meet trouble after their promotion.
func afterTheDoor() []Scenario {
	return []Scenario{
		{
			Name: "regression-after-promote", Story: "The new pages call a new version of the API, which all of the viewers together overload: the saved config comes back.",
			Ends: toRolledBack(), Prepare: failsOnPrimary,
			Check: primaryIsBack,
		},
		{
			Name: "restore-with-new-alias", Story: "The same, and somebody adds an alias to the primary during the bake, which must survive.",
			Ends: toRolledBack(), Prepare: func(w *world.World) error {
				w.When("Bake", 1, func(*asl.Execution) {
					_ = w.CloudFront.Edit(world.PrimaryID, func(n *cloudfront.Node) {
						n.Put(cloudfront.List("Aliases", cloudfront.Leaf("CNAME", "www.example.com"), cloudfront.Leaf("CNAME", newAlias)))
					})
				})
				return failsOnPrimary(w)
			},
			Check: func(w *world.World) error {
				live, _ := w.CloudFront.Live(world.PrimaryID)
				if aliases := live.Tree().Child("Aliases"); aliases == nil || !contains(aliases, newAlias) {
					return errors.New("the alias added during the bake is gone")
				}
				return primaryIsBack(w)
			},
		},
		{
			Name: "edit-during-bake", Story: "The promoted config is bad, but a colleague has changed the primary since: theirs is not overwritten, an operator is called.",
			Ends: []Ending{{First, []string{release.NeedsOperator}}, {world.RecoveryOf(First, 1), []string{release.NeedsOperator}}},
			Prepare: func(w *world.World) error {
				w.When("Bake", 1, func(*asl.Execution) {
					_ = w.CloudFront.Edit(world.PrimaryID, func(n *cloudfront.Node) { n.Set("Comment", colleague) })
				})
				return failsOnPrimary(w)
			},
			Check: editSurvives(world.PrimaryID),
		},
		{
			Name: "silence-after-promote", Story: "After the promotion the site has no viewers any more: the bake is doubled, then ends without a verdict.",
			Ends: toPromoted(), Prepare: func(w *world.World) error {
				w.When("Stop Traffic After Promotion", 1, func(*asl.Execution) {
					noViewers(w)
				})
				return nil
			},
		},
	}
}

// noViewers makes everybody leave the site, and nobody come any more.
func noViewers(w *world.World) {
	w.Viewers.SetRate(w.Pair.PrimaryID, func(time.Time) float64 { return 0 })
	w.Viewers.Leave(w.Pair.PrimaryID)
}

const newAlias = "shop.example.com"

func failsOnPrimary(w *world.World) error {
	w.Break(origin.Fault{Prefix: nextAPI, PerMinute: 5000})
	return callNextAPI(w)
}

func primaryIsBack(w *world.World) error {
	if live, _ := w.CloudFront.Live(world.PrimaryID); live.Text(originPath) != "/blue" {
		return errors.New("the primary does not have its path from before the release")
	}
	return nil
}

func contains(n *cloudfront.Node, text string) bool {
	if n.Text == text {
		return true
	}
	for _, c := range n.Children {
		if contains(c, text) {
			return true
		}
	}
	return false
}
