"""The outside world of the notifier: mail servers, SMS providers, files, and rows that tell of people's addresses."""
