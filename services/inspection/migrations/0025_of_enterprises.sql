-- What an enterprise lists of its own: orders and documents by its id (hazards are listed so since 0021), and of documents that
-- are addressed to others those that were served.
CREATE INDEX orders_by_enterprise ON orders (enterprise_id, issued_on, order_id);
ALTER TABLE documents ADD COLUMN served boolean NOT NULL DEFAULT false;
CREATE INDEX documents_by_enterprise ON documents (enterprise_id, issued_on, document_id);
SELECT show_by_district('inspections'), show_by_district('hazards'), show_by_district('orders'), show_by_district('documents'),
       show_by_district('devices');
