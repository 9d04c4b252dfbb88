using Bnn.Training;

namespace Bnn.Trainer.Data;

/// <summary>What a reader took from files.</summary>
/// <param name="Samples">The samples.</param>
/// <param name="Files">The files they came from, in the order in which they were named.</param>
internal sealed record DataFiles(LabeledImages Samples, IReadOnlyList<DataFile> Files);

/// <summary>A file that was read.</summary>
/// <param name="Path">As the user wrote it.</param>
/// <param name="Hash">SHA-256 of the decoded content, 64 lower-case hexadecimal digits.</param>
internal sealed record DataFile(string Path, string Hash);
