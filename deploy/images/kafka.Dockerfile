# Apache Kafka from its Maven artefacts, the same that tests run: one KRaft node, broker and controller.
# Built from the root of the repository: deploy/images/build kafka
ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE} AS libraries
RUN apt-get update && apt-get install -y --no-install-recommends maven openjdk-17-jre-headless && rm -rf /var/lib/apt/lists/*
# Java trusts whom the system trusts, also where a network has an authority of its own in the base image.
RUN csplit -sz -f /tmp/authority- /etc/ssl/certs/ca-certificates.crt '/BEGIN CERT/' '{*}' \
 && ls /tmp/authority-* | sed 's/^/+/' | java -jar /usr/share/ca-certificates-java/ca-certificates-java.jar -storepass changeit > /dev/null
COPY deploy/kafka/pom.xml /source/pom.xml
RUN mvn --batch-mode --quiet --file /source/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/opt/kafka/lib

ARG DEBIAN_IMAGE
FROM ${DEBIAN_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless && rm -rf /var/lib/apt/lists/*
COPY --from=libraries /opt/kafka/lib /opt/kafka/lib
COPY deploy/kafka/log4j2.properties /opt/kafka/log4j2.properties
COPY deploy/images/serve-kafka /usr/local/bin/serve-kafka
RUN chmod 0555 /usr/local/bin/serve-kafka && install -d -o 10001 -g 10001 /var/lib/kafka
USER 10001:10001
WORKDIR /var/lib/kafka
VOLUME /var/lib/kafka
EXPOSE 9092
CMD ["serve-kafka"]
