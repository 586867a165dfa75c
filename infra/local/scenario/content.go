package scenario

import (
	"cloudfront-cd/examples"
)

// content are the releases of a new build of the site in S3.
func content() []Scenario {
	return []Scenario{
		{
			Name: "content", Story: "A new build of the site lies in S3: it is checked, its assets are carried, and it passes the ramp, is promoted and bakes.",
			Request: string(examples.ContentRequest), Ends: toPromoted(),
		},
	}
}
