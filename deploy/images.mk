# Verbs of containers; they need a Docker engine with compose, and `chart` Go for helm. The rest of the project needs none of it.
HELM := .tools/bin/helm
HELM_VERSION := v3.22.0
COMPOSE := $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) -p casetrail
IN_COMPOSE := --env-file deploy/images/base-images.env -f deploy/compose/compose.yaml

.PHONY: images pin up down chart audit release
images: ## build the images: Python, web pages, broker
	deploy/images/build

pin: ## write the digest behind each base image's tag; needs an image registry
	deploy/images/pin

up: setup images ## start the platform as containers on this machine (docs/deployment.md)
	$(BIN)/python -m deploy.compose.environment deploy/compose/.secrets
	$(COMPOSE) $(IN_COMPOSE) up -d

down: ## end those containers; what they keep stays, `docker volume rm` forgets it
	$(COMPOSE) $(IN_COMPOSE) down

chart: setup $(HELM) ## render the chart in several shapes and validate what comes out
	CASETRAIL_HELM=$(abspath $(HELM)) $(BIN)/pytest -q tests/chart

audit: setup ## ask the advisory databases about every library, look for secrets in every file
	UV=$(UV) deploy/release/audit && deploy/release/secrets

release: setup ## wheel, source, chart, SBOM and their signed hashes: make release FOLDER=… KEY=…
	UV=$(abspath $(UV)) CASETRAIL_AUDIT=required deploy/release/audit && UV=$(abspath $(UV)) deploy/release/build "$(FOLDER)" "$(KEY)"

$(HELM):
	GOBIN=$(abspath .tools/bin) go install helm.sh/helm/v3/cmd/helm@$(HELM_VERSION)
