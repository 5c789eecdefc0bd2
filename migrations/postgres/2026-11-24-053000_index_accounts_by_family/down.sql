DROP INDEX accounts_of_family;
