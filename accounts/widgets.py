from django import forms


class LongText(forms.Textarea):
    """A text area whose line breaks count as one character, as browsers count them against maxlength."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value
