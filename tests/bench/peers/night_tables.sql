-- What the night in SQL reads and writes: tables as rekon's, indexes and all, in a schema of their own.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS plain CASCADE;
CREATE SCHEMA plain;
CREATE TABLE plain.run (LIKE rekon.run INCLUDING ALL);
CREATE TABLE plain.outcome (LIKE rekon.outcome INCLUDING ALL);
CREATE TABLE plain.allocation (LIKE rekon.allocation INCLUDING ALL);
CREATE TABLE plain.transition (LIKE rekon.transition INCLUDING ALL);
CREATE TABLE plain.case_event (LIKE rekon.case_event INCLUDING ALL);
CREATE UNLOGGED TABLE plain.bank (day date, clock time, branch text, reference text, narrative text, debit text,
                                  credit numeric, balance text);
CREATE UNLOGGED TABLE plain.marketplace (order_no text, buyer text, code text, net text, fee text, paid timestamptz,
                                         state text);
CREATE UNLOGGED TABLE plain.post (line text);
CREATE UNLOGGED TABLE plain.minimarket (tag text, store text, receipt text, code text, amount text, paid text,
                                        state text);
