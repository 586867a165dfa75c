# Tool versions, once. golangci-lint is built into build/tools with this Go; nothing is installed outside this folder.
GOLANGCI_LINT_VERSION := v2.11.4
GO_NEEDED             := 1.26
NODE_NEEDED           := 20
# The CDK command line tool, which only "make deploy" needs: it must be newer than the library in go.mod.
CDK_CLI               := aws-cdk@2.1148.1

# jsii warns about Node 20 on stderr; the definitions synthesize with it all the same.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export CGO_ENABLED ?= 0

LINT      := build/tools/golangci-lint-$(GOLANGCI_LINT_VERSION)
LAMBDAS   := $(notdir $(patsubst %/bootstrap/main.go,%,$(wildcard lambdas/*/bootstrap/main.go)))
DEMO_VARS := SCENARIO SPEED SEED REQUEST PRIMARY STAGING HISTORY RECORD
# The variables as flags. Only what was said on the command line counts: an environment variable STAGING, say, is not
# about the demo.
flags = $(foreach v,$(1),$(if $(filter command,$(origin $(v))),--$(shell echo $(v) | tr A-Z_ a-z-) '$(subst ','\'',$($(v)))'))

# A template for reading needs no ids of yours; "make deploy" takes no example.
EXAMPLE_PAIRS := E1PRIMARY:E2STAGING
EXAMPLE        = $(if $(PAIRS)$(wildcard cdk.json),,$(EXAMPLE_PAIRS))
STACK_ARGS     = $(if $(PAIRS)$(EXAMPLE),-c 'pairs=$(PAIRS)$(EXAMPLE)') $(if $(NOTIFY),-c 'notify=$(NOTIFY)') $(foreach s,$(SETTINGS),-c '$(s)')

.DEFAULT_GOAL := help
.PHONY: help demo scenarios serve cost test test-clients storm check lint fmt golden build synth deploy site start stop status enroll maintenance done recover retire cleanup bench bench-judge fuzz clean need-go need-node FORCE

help: ## this text
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Try it (needs Go alone)
demo: build/local ## watch a release: [SCENARIO=name] [SPEED=600|max] [SEED=1] [REQUEST=file] [PRIMARY=file STAGING=file] [HISTORY=file] [RECORD=file]
	@build/local demo $(call flags,$(DEMO_VARS)) $(if $(SCENARIO),--expected)
scenarios: build/local ## list the demo's scenarios
	@build/local demo --list
serve: build/local ## CloudFront, its edge and S3 on a port of this machine, for the AWS CLI, Terraform and curl: [PORT=4566] [SPEED=60] [SEED=1]
	@build/local serve $(call flags,PORT SPEED SEED)
cost: build/cost ## what a release costs on AWS: a healthy one, or [HISTORY=file]; build/cost --prices lists the prices
	@build/cost $(if $(filter command,$(origin HISTORY)),--history '$(subst ','\'',$(HISTORY))')

##@ Every day
test: need-go need-node ## run every test (the definitions' need Node.js)
	go test -timeout 30m ./...
test-clients: need-go ## the AWS CLI and Terraform, where installed, through the life of a pair against "make serve" (10 minutes)
	@.ci/test-clients
storm: build/storm ## whole workflows under seeded faults: [SEEDS=2000] [FROM=0] [WORKFLOW=release]; one storm again: SEED=n [VERBOSE=1] (docs/storm.md; 3 minutes on two cores)
	@build/storm $(call flags,SEEDS FROM WORKFLOW SEED) $(if $(filter command,$(origin VERBOSE)),--verbose)
check: lint test storm ## what CI runs: lint, every test, and 2,000 storms
lint: need-go $(LINT) ## static checks, formatting, and a tidy go.mod
	$(LINT) run ./...
	go mod tidy -diff
fmt: need-go $(LINT) ## format the code
	$(LINT) fmt ./...
golden: need-go need-node ## rewrite the goldens (state machine, diagram, demo output), then look at git diff
	go test ./statemachine -update
	go test ./infra/local -update
bench: need-go ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...
bench-judge: build/benchjudge ## the judge against its peers on simulated traffic, and whether it keeps its promises: [RELEASES=20000] [SEED=1] (8 minutes on two cores)
	@build/benchjudge $(call flags,RELEASES SEED)
fuzz: need-go ## fuzz each fuzz target for FUZZTIME (default 20s)
	@.ci/fuzz $(or $(FUZZTIME),20s)

##@ Build
build: need-go build/local $(LAMBDAS:%=build/lambdas/%/bootstrap) ## build the demo and every Lambda's bootstrap (linux/arm64)
build/local build/cost build/operate build/benchjudge build/storm: build/%: need-go FORCE
	@go build -trimpath -o $@ ./infra/$*
# Without the commit in it, a Lambda that has not changed is not deployed again.
build/lambdas/%/bootstrap: FORCE
	@GOOS=linux GOARCH=arm64 go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -w' -o $@ ./lambdas/$*/bootstrap

##@ AWS (to synthesize needs Go and Node.js, no account)
synth: need-go need-node build/aws $(LAMBDAS:%=build/lambdas/%/bootstrap) ## write the CloudFormation template: [PAIRS=E1…:E2…,…] [NOTIFY=email] [SETTINGS='name=value …'], or kept in cdk.json; build/aws --help lists them
	@rm -rf build/cdk.out
	@build/aws $(STACK_ARGS)
	@$(if $(EXAMPLE),echo "Without PAIRS it is for the example ids $(EXAMPLE_PAIRS): for reading and not for deploying.")
deploy: need-go need-node ## deploy to the account of your credentials: PAIRS=E1…:E2…,… [NOTIFY=email] [SETTINGS='name=value …'], or kept in cdk.json; [APPROVE=never|any-change|broadening] before permissions change
	@infra/aws/deploy '$(PAIRS)' $(CDK_CLI)
	@$(MAKE) --no-print-directory synth EXAMPLE_PAIRS=
	@npx --yes $(CDK_CLI) deploy --app build/cdk.out $(if $(APPROVE),--require-approval '$(APPROVE)')
site: need-go need-node build/site ## write the templates of the example site and its pipeline into build/site.out: [SITE=examples/site/site.json]
	@rm -rf build/site.out
	@build/site --settings '$(or $(SITE),examples/site/site.json)'
# Without -trimpath: it stays on this machine, and the CDK bindings are compiled once for it and for the tests.
build/aws: need-go FORCE
	@go build -o $@ ./infra/aws
build/site: need-go FORCE
	@go build -o $@ ./infra/aws/site

##@ Releases on AWS (build/operate takes the same as flags and exits with the end: build/operate --help)
start: build/operate ## start a release and follow it: REQUEST=file [NAME=run] or [COMMIT=id [ATTEMPT=1]]; or FOLLOW=execution
	@build/operate start $(call flags,REQUEST NAME COMMIT ATTEMPT FOLLOW)
stop: build/operate ## stop a release and see the pair made safe: PRIMARY=E1… [REASON=text]; or EXECUTION=name
	@build/operate stop $(call flags,PRIMARY EXECUTION REASON)
status: build/operate ## who releases what, what is held up, and the last ends: [PRIMARY=E1…]
	@build/operate status $(call flags,PRIMARY)
enroll: build/operate ## give a primary its staging distribution and its policy: PRIMARY=E1… [STAGING=E2…] [WEIGHT=0.05] [ACKNOWLEDGE=names] [REASON=text]
	@build/operate enroll $(call flags,PRIMARY STAGING WEIGHT ACKNOWLEDGE REASON)
maintenance: build/operate ## take the policy off for a while, for what it does not let change: PRIMARY=E1… MINUTES=60 [REASON=text]
	@build/operate maintenance $(call flags,PRIMARY MINUTES REASON)
done: build/operate ## end a maintenance: PRIMARY=E1… [REASON=who says so]
	@build/operate done $(call flags,PRIMARY REASON)
recover: build/operate ## make a pair safe: PRIMARY=E1… [REASON=text] [CLEAR_HOLD=why]
	@build/operate recover $(call flags,PRIMARY REASON CLEAR_HOLD)
retire: build/operate ## take a pair apart; the primary stays as it is: PRIMARY=E1… [REASON=text]
	@build/operate retire $(call flags,PRIMARY REASON)
cleanup: build/operate ## find policies and staging distributions that nobody owns: [APPLY=true, else only a report] [MINIMUM_AGE=24h] [REASON=text]
	@build/operate cleanup $(if $(filter command,$(origin APPLY)),--apply='$(subst ','\'',$(APPLY))') $(call flags,MINIMUM_AGE REASON)

##@ Tidy up
clean: ## remove everything that was built
	rm -rf build

$(LINT):
	@echo "building golangci-lint $(GOLANGCI_LINT_VERSION) into build/tools (once, a few minutes)"
	@GOBIN=$(CURDIR)/build/tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mv build/tools/golangci-lint $@

need-go:
	@.ci/need go $(GO_NEEDED)
need-node:
	@.ci/need node $(NODE_NEEDED)
FORCE:
