namespace Bnn.Model;

/// <summary>What reading a model file gave: a network, or errors; never half of one.</summary>
/// <param name="Network">The network, if there are no errors.</param>
/// <param name="Errors">All errors, in the order of their places.</param>
/// <param name="Hash">SHA-256 of the canonical form, 64 hexadecimal digits; empty if the file ended too early to tell.</param>
/// <param name="LayerPlaces">Where each layer's own line stands, <c>[layers]</c>; empty if there are errors.</param>
sealed partial record ReadResult(Network? Network, EquatableArray<ModelError> Errors, string Hash, EquatableArray<TextPlace> LayerPlaces);

/// <summary>Reads the <c>.bnn</c> format, version 1, as docs/model-format.md specifies it.</summary>
static partial class BnnReader
{
    /// <summary>Reads a whole model file.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="cancel">Asked at every line.</param>
    /// <returns>A sound network, or every error that was found, at most <see cref="ModelCaps.ReportedErrors"/>.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> asked for it.</exception>
    /// <remarks>Time is linear in the text; sizes are checked before memory is taken, which stays below eight times the text's.</remarks>
    public static ReadResult Read(string text, CancellationToken cancel = default)
    {
        using var parser = new BnnParser(text, cancel);
        return parser.Run();
    }
}
