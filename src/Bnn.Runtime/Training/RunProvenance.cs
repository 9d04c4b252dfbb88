using Bnn.Model;

namespace Bnn.Training;

/// <summary>Where the weights of a run come from when it does not start from random ones.</summary>
/// <param name="Method">What was done to the parent, for example <c>channels-activity 0.3</c>, or <c>continued</c>.</param>
/// <param name="ParentHash">SHA-256 of the parent's latent state: 64 hexadecimal digits.</param>
/// <param name="ParentEpochs">Epochs that the parent, and its parents, had been trained for.</param>
/// <param name="Seed">Decided whatever was random in the method.</param>
/// <param name="Widths">Channels of each hidden layer of the parent.</param>
public sealed record RunProvenance(string Method, string ParentHash, int ParentEpochs, ulong Seed, EquatableArray<int> Widths);
