package cloudfront_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// FuzzRequest: whatever arrives, the answer is well-formed XML or empty, nothing panics, what is stored can be read by the
// SDK, and everything on its way arrives.
func FuzzRequest(f *testing.F) {
	policy := `<ContinuousDeploymentPolicyConfig ` + namespace + `><StagingDistributionDnsNames><Quantity>1</Quantity><Items><DnsName>{domain}</DnsName>` +
		`</Items></StagingDistributionDnsNames><Enabled>true</Enabled><TrafficConfig><SingleWeightConfig><Weight>0.1</Weight></SingleWeightConfig>` +
		`<Type>SingleWeight</Type></TrafficConfig></ContinuousDeploymentPolicyConfig>`
	copying := `<CopyDistributionRequest><CallerReference>c</CallerReference></CopyDistributionRequest>`
	paths := `<InvalidationBatch ` + namespace + `><Paths><Quantity>1</Quantity><Items><Path>/*</Path></Items></Paths><CallerReference>r</CallerReference></InvalidationBatch>`
	control := `<OriginAccessControlConfig><Name>n</Name><SigningProtocol>sigv4</SigningProtocol><SigningBehavior>always</SigningBehavior>` +
		`<OriginAccessControlOriginType>s3</OriginAccessControlOriginType></OriginAccessControlConfig>`
	const api, primary = "/2020-05-31/", "/2020-05-31/distribution/" + primaryID
	for _, seed := range [...][4]string{
		{"POST", api + "distribution", raw, ""},
		{"POST", api + "distribution?WithTags", "<DistributionConfigWithTags>" + raw[strings.Index(raw, "<Dist"):] + "<Tags/></DistributionConfigWithTags>", ""},
		{"PUT", primary + "/config", strings.Replace(raw, ">raw<", ">primary<", 1), "{etag}"},
		{"PUT", primary + "/config", strings.Replace(raw, "<FutureOrigin>", "<CustomHeaders/><S3OriginConfig/><OriginShield/><FutureOrigin>", 1), "{etag}"},
		{"PUT", primary + "/promote-staging-config?StagingDistributionId=" + stagingID, "", "{etag},{staging}"},
		{"POST", primary + "/copy", copying, "{etag}"},
		{"POST", primary + "/invalidation", paths, ""},
		{"GET", primary + "/invalidation?MaxItems=1", "", ""},
		{"PUT", primary + "/associate-alias?Alias=www.example.com", "", ""},
		{"GET", api + "conflicting-alias?Alias=*.example.com&DistributionId=" + primaryID, "", ""},
		{"POST", api + "origin-access-control", control, ""},
		{"GET", api + "cache-policy?Type=managed&MaxItems=2", "", ""},
		{"GET", api + "response-headers-policy/67f7725c-6f97-4210-82d7-5512b31e9d03/config", "", ""},
		{"PUT", api + "continuous-deployment-policy/{policy}", policy, "{policy-etag}"},
		{"POST", api + "continuous-deployment-policy", policy, ""},
		{"GET", api + "distribution?MaxItems=1&Marker=E", "", ""},
		{"POST", api + "tagging?Operation=Tag&Resource=arn:aws:cloudfront::123456789012:distribution/" + primaryID, "<Tags><Items/></Tags>", ""},
		{"POST", api + "distributions/" + primaryID + "/monitoring-subscription", "<MonitoringSubscription/>", ""},
		{"GET", api + "distribution/%2e%2e%2f", "", ""},
		{"POST", api + "distribution", `<!DOCTYPE l [<!ENTITY a "aaaa">]><DistributionConfig>&a;</DistributionConfig>`, ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, body, etag string) {
		w, pair := newPair(t, byWeight(true))
		primary, _ := w.Live(primaryID)
		staged, _ := w.Live(stagingID)
		fill := strings.NewReplacer("{policy}", pair.Policy.ID, "{policy-etag}", pair.Policy.ETag, "{etag}", primary.ETag,
			"{staging}", staged.ETag, "{domain}", staged.DomainName)
		switch method {
		case http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete:
		default:
			method = http.MethodPut
		}
		got := serve(t, w, method, fill.Replace(path), fill.Replace(body), fill.Replace(etag))
		if got.Code < 200 || got.Code > 501 || got.Code == http.StatusInternalServerError {
			t.Errorf("got status %d", got.Code)
		}
		for dec := xml.NewDecoder(got.Body); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("got an answer that is not XML: %v", err)
			}
		}
		w.settle()
		for _, id := range w.Distributions() {
			w.get(t, id)
		}
	})
}
