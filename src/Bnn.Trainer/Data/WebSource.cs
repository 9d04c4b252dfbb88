namespace Bnn.Trainer.Data;

/// <summary>A place in the web from which the files of a data set can be downloaded.</summary>
/// <param name="Address">Its address.</param>
internal abstract record WebSource(string Address);

/// <summary>Files that lie side by side.</summary>
/// <param name="Address">What stands before the name of a file.</param>
/// <param name="Suffix">What stands after it: <c>.gz</c> or nothing.</param>
internal sealed record WebFolder(string Address, string Suffix) : WebSource(Address)
{
    /// <summary>Address of one file.</summary>
    public Uri Of(KnownFile file) => new(Address + file.Name + Suffix);
}

/// <summary>All files together in a <c>.tar.gz</c>; folders in it do not matter.</summary>
internal sealed record WebArchive(string Address) : WebSource(Address);
