"""What the commands share: a refusal is one Chinese sentence, without Django's English name for it in front."""

from django.core.management.base import BaseCommand, CommandError, SystemCheckError


class ConsoleCommand(BaseCommand):
    """A command whose ``CommandError`` is shown to a person as the sentence it is."""

    def execute(self, *args, **options):
        try:
            return super().execute(*args, **options)
        except SystemCheckError:
            raise
        except CommandError as refusal:
            if not self._called_from_command_line:
                raise
            self.stderr.write(str(refusal))
            raise SystemExit(refusal.returncode) from None
